"""The page behind an invitation's link: for a stranger, when it is over, a new link, passing on."""

import re
from datetime import timedelta
from itertools import pairwise

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Supplier
from connections import jobs, onboarding
from connections.models import Invitation, invitation_sending
from core.models import Mail
from tests.builders import NEW, invite
from tests.connections.conftest import token_to


def test_a_stranger_reads_who_invites_whom_and_no_whole_address(invitation):
    page = Client().get(f"/i/{token_to()}/").content.decode()
    assert "Organon invited you" in page
    assert "n•••@newco.example" in page
    assert NEW not in page


def test_whoever_lost_the_link_finds_the_invitation_on_the_page_without_a_company(
    client_of, nora, rob, invitation
):
    client, address = client_of(nora), reverse("connections:invitation_open", args=[invitation.pk])
    page = client.get("/company/new/").content.decode()
    assert "Customers invited you" in page
    assert address in page
    landed = client.post(address, follow=True).content.decode()
    assert "Accept the invitation" in landed
    stranger = client_of(rob)
    assert "Customers invited you" not in stranger.get("/company/new/").content.decode()
    assert stranger.post(address).status_code == 404


@pytest.mark.parametrize("status", ["expired", "revoked", "accepted"])
def test_what_is_over_says_so_and_what_to_do(
    status, organon, acme, operator, ada, ada_at_acme, now
):
    invitation = invite(
        organon, "ada@acme.example", now=now - timedelta(days=31 if status == "expired" else 1)
    )
    token = token_to("ada@acme.example")
    if status == "revoked":
        invitation.revoke(now=now, actor=operator)
    if status == "accepted":
        onboarding.accept(ada, [invitation], company=ada_at_acme, now=now)
    page = Client().get(f"/i/{token}/")
    words = {"expired": "has expired", "revoked": "was taken back", "accepted": "was accepted"}[
        status
    ]
    assert page.status_code == 410
    assert words in page.content.decode()
    assert ("Send me a new link" in page.content.decode()) == (status == "expired")


def test_a_new_link_goes_to_the_invited_address_only(organon, one_window):
    invite(organon, now=timezone.now() - timedelta(days=31))
    client, token = Client(), token_to()
    client.post(f"/i/{token}/again/", {"email": "evil@evil.example"})
    assert list(Mail.objects.values_list("to", flat=True)) == [NEW, NEW]
    assert token_to() != token
    answers = [client.post(f"/i/{token}/again/") for _try in range(3)]
    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert re.search(r"\d+(분 뒤에| minutes?, then)", answers[-1].content.decode())


def test_who_asks_for_a_new_link_too_late_in_the_day_reads_when_it_works(
    organon, one_window, settings
):
    invite(organon, now=timezone.now() - timedelta(days=31))
    settings.PORTAL_INVITATIONS_A_DAY = 0
    page = Client().post(f"/i/{token_to()}/again/", follow=True).content.decode()
    assert "Try again tomorrow." in page


def test_it_is_passed_on_to_a_colleague_of_the_same_domain_only(invitation, one_window):
    client, token = Client(), token_to()
    page = client.post(f"/i/{token}/forward/", {"email": "x@other.example"}).content.decode()
    assert "Only to a colleague at newco.example." in page
    assert 'value="x@other.example"' in page
    client.post(f"/i/{token}/forward/", {"email": "Boss@NewCo.example"})
    fresh = Invitation.objects.get(status="pending")
    assert fresh.email == "boss@newco.example"
    assert fresh.forwarded_from == invitation
    page = Client().get(f"/i/{token}/")
    assert page.status_code == 410
    assert "was passed on" in page.content.decode()


def test_an_expired_one_is_not_passed_on(organon, now):
    invite(organon, now=now - timedelta(days=31))
    Client().post(f"/i/{token_to()}/forward/", {"email": "boss@newco.example"})
    assert Invitation.objects.count() == 1


def test_invitations_of_one_domain_are_passed_on_five_times_an_hour(invitation, one_window):
    cache.clear()
    client, names = Client(headers={"accept-language": "en"}), ["nora", *"abcdef"]
    for holder, colleague in pairwise(names):
        token = token_to(f"{holder}@newco.example")
        page = client.post(
            f"/i/{token}/forward/", {"email": f"{colleague}@newco.example"}
        ).content.decode()
    assert "then try again." in page
    assert Invitation.objects.get(status="pending").email == "e@newco.example"


def test_free_mail_is_not_passed_on(organon):
    invite(organon, "nora@gmail.com")
    token = token_to("nora@gmail.com")
    assert Client().get(f"/i/{token}/forward/").status_code == 404
    assert "Pass it on" not in Client().get(f"/i/{token}/").content.decode()


def test_unknown_links_are_404_and_slowed_down(db, one_window):
    client = Client()
    answers = {client.get(f"/i/x{number}/").status_code for number in range(30)}
    assert answers == {404}
    assert client.get("/i/once-more/").status_code == 429


def test_the_operator_reads_the_story_and_the_supplier_only_that_it_accepted(
    invitation, nora, client_of, now, operator
):
    invitation_sending.resend(invitation, now=now, actor=operator)
    client_of(nora).post(
        f"/i/{token_to()}/accept/", {"company_choice": "new", "name": "NewCo", "country": "KR"}
    )
    story = AuditEntry.objects.about(invitation).order_by("at", "pk")
    assert [entry.kind for entry in story] == [
        "supplier_invited",
        "invitation_resent",
        "invitation_accepted",
    ]
    shown = story.for_supplier(Supplier.objects.get(name="NewCo"))
    assert [entry.kind for entry in shown] == ["invitation_accepted"]


def test_after_years_closed_invitations_are_forgotten(invitation, now, operator, settings):
    fresh = invitation_sending.forward(invitation, "boss@newco.example", now=now)
    long_ago = now - timedelta(days=365 * settings.PORTAL_RECORD_YEARS + 1)
    Invitation.objects.filter(pk=invitation.pk).update(decided_at=long_ago)
    jobs.forget_invitations.func(timestamp=0)
    assert list(Invitation.objects.all()) == [fresh]
    story = AuditEntry.objects.about(invitation)
    assert {entry.kind: entry.data for entry in story} == {
        "supplier_invited": {"customer": "Organon"},
        "invitation_forwarded": {"customer": "Organon"},
    }
    assert AuditEntry.objects.about(fresh).get().data["email"] == "boss@newco.example"
