"""Sixteen acceptances at once, and verbs against each other: a single company and connection."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from accounts.models import Membership, Supplier
from connections import onboarding
from connections.models import Invitation
from core.models import Link
from core.states import AlreadyDecided
from customers.models import CustomerProfile
from tests.builders import NEW, invite, make_customer, make_request, make_supplier, make_user


def at_once(number, act):
    def guarded(place):
        try:
            with suppress(AlreadyDecided):
                return act(place)
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        return [result for result in pool.map(guarded, range(number)) if result]


def test_sixteen_accepts_at_once_make_one_company_one_membership_one_connection(
    settings, empty_queue
):
    nora, organon = make_user(NEW, "Nora"), make_customer("Organon")
    invitation = invite(organon)

    def accept(_place):
        mine = Invitation.objects.select_related("customer", "invited_by").get(pk=invitation.pk)
        return onboarding.accept(nora, [mine], company=("NewCo", "KR"), now=timezone.now())

    assert len(at_once(16, accept)) == 1
    assert Supplier.objects.count() == 1
    assert Membership.objects.count() == 1
    assert CustomerProfile.objects.connected().count() == 1


def test_a_newcomer_who_accepts_two_invitations_at_once_founds_one_company(settings, empty_queue):
    nora = make_user(NEW, "Nora")
    invited = [invite(make_customer(name)) for name in ("Organon", "Mirae")]

    def accept(place):
        mine = Invitation.objects.select_related("customer", "invited_by").get(pk=invited[place].pk)
        return onboarding.accept(
            nora, [mine], company=("NewCo", "KR"), now=timezone.now(), is_first=True
        )

    assert len(at_once(2, accept)) == 1
    assert Supplier.objects.count() == 1


def test_accept_revoke_expire_and_an_accepted_request_end_in_one_story(settings, empty_queue):
    ada, organon = (
        make_user("ada@acme.example", "Ada"),
        make_customer("Organon", contacts=["m@organon.example"]),
    )
    operator = make_user("op@portal.example", "Op", is_staff=True)
    make_supplier("ACME", admin=ada)
    for _round in range(3):
        CustomerProfile.objects.connected().update(stage="dropped", connected_at=None)
        member = Membership.objects.select_related("supplier", "user").get()
        now = timezone.now()
        invitation = invite(organon, "ada@acme.example", now=now)
        asked = make_request(member, organon, now=now - timedelta(days=1))

        def act(place, invitation=invitation, asked=asked, member=member):
            mine = Invitation.objects.select_related("customer", "invited_by").get(pk=invitation.pk)
            verbs = [
                lambda: onboarding.accept(ada, [mine], company=member, now=timezone.now()),
                lambda: mine.revoke(now=timezone.now(), actor=operator),
                lambda: type(asked).objects.get(pk=asked.pk).accept(now=timezone.now()),
                lambda: (
                    type(asked).objects.get(pk=asked.pk).withdraw(now=timezone.now(), actor=ada)
                ),
            ]
            return verbs[place % 4]()

        at_once(8, act)
        invitation.refresh_from_db()
        asked.refresh_from_db()
        profile = CustomerProfile.objects.get()
        said_yes = "accepted" in (invitation.status, asked.status)
        assert (profile.stage == "connected") == said_yes
        assert asked.status in ("accepted", "withdrawn")
        assert not Link.objects.of("invitation", invitation.pk).live(timezone.now()).exists()
        type(asked).objects.all().delete()
