"""Changes of one team at the same moment: each is done or refused, none stumbles over the other."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from accounts import account_closing
from accounts.models import JoinRequest, TeamInvitation
from core.states import AlreadyDecided
from tests.builders import make_supplier, make_user

ROUNDS = 6


def together(*acts):
    # All start at the same moment; any error besides AlreadyDecided is raised here.
    start = Barrier(len(acts))

    def guarded(act):
        try:
            start.wait()
            with suppress(AlreadyDecided):
                act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        list(pool.map(guarded, acts))


def team_of_two(number):
    ada = make_user(f"ada{number}@acme.example", "Ada")
    acme = make_supplier(f"ACME {number}", admin=ada)
    bob = make_user(f"bob{number}@acme.example", "Bob")
    return ada, acme.memberships.create(user=bob, role="admin")


@pytest.mark.parametrize("verb", ["deactivate", "change_role"])
def test_invitations_are_accepted_while_their_sender_goes(verb, settings, empty_queue):
    for number in range(ROUNDS):
        ada, bob = team_of_two(number)
        people = [make_user(f"n{number}-{place}@x.example", "N") for place in range(3)]
        invited = [
            TeamInvitation.invite(bob, user.email, "member", now=timezone.now()) for user in people
        ]

        def accept(place, invited=invited, people=people):
            mine = TeamInvitation.objects.select_related("supplier").get(pk=invited[place].pk)
            mine.accept(people[place], now=timezone.now(), link=mine.links().first())

        def go(ada=ada, bob=bob):
            said = ["viewer"] if verb == "change_role" else []
            getattr(bob, verb)(*said, now=timezone.now(), actor=ada)

        together(*[lambda place=place: accept(place) for place in range(3)], go)
        waiting = TeamInvitation.objects.filter(invited_by=bob.user).pending()
        assert not waiting.exists()


def test_a_request_is_let_in_while_the_person_accepts_an_invitation(settings, empty_queue):
    for number in range(ROUNDS):
        ada, bob = team_of_two(number)
        nora = make_user(f"nora{number}@acme.example", "Nora")
        invitation = TeamInvitation.invite(bob, nora.email, "member", now=timezone.now())
        asked, link = (
            JoinRequest.ask(nora, bob.supplier, now=timezone.now()),
            invitation.links().first(),
        )
        together(
            lambda invitation=invitation, nora=nora, link=link: invitation.accept(
                nora, now=timezone.now(), link=link
            ),
            lambda asked=asked, ada=ada: asked.accept("viewer", now=timezone.now(), actor=ada),
        )
        assert bob.supplier.memberships.filter(user=nora, is_active=True).count() == 1


def test_an_account_is_closed_while_its_request_to_join_is_decided(settings, empty_queue):
    for number in range(ROUNDS):
        ada, bob = team_of_two(number)
        nora = make_user(f"nora{number}@acme.example", "Nora")
        asked = JoinRequest.ask(nora, bob.supplier, now=timezone.now())
        together(
            lambda nora=nora: account_closing.close_account(nora, now=timezone.now()),
            lambda asked=asked, ada=ada: asked.decline(now=timezone.now(), actor=ada),
        )
        nora.refresh_from_db()
        assert nora.closed_at is not None
