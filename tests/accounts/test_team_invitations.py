"""Inviting a colleague: once per address, for one use, with no more than its sender has."""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import CannotInvite, JoinRequest, Membership, TeamInvitation, User
from core import limits
from core.models import Link, Mail
from core.states import AlreadyDecided
from tests.builders import make_supplier, make_user
from tests.fixtures_mail import mailed_token

NEW = "nora@acme.example"


@pytest.fixture
def invitation(ada_at_acme, now):
    return TeamInvitation.invite(ada_at_acme, NEW, "member", now=now)


def token_to(address=NEW):
    return mailed_token("team_invitation", address)


def test_an_admin_invites_and_the_address_gets_a_link(client_of, ada, acme):
    answer = client_of(ada).post(
        reverse("accounts:invite"), {"email": "Nora@ACME.example", "role": "viewer"}, follow=True
    )
    assert "Invitation sent to nora@acme.example" in answer.content.decode().lower().replace(
        "invitation", "Invitation"
    )
    invitation = TeamInvitation.objects.get()
    assert invitation.email == NEW
    assert invitation.role == "viewer"
    assert invitation.supplier == acme
    assert token_to() not in Link.objects.get().digest


def test_a_bad_address_is_refused_beside_the_field_and_kept(client_of, ada, acme):
    page = (
        client_of(ada)
        .post(reverse("accounts:invite"), {"email": "nora@", "role": "member"})
        .content.decode()
    )
    assert 'value="nora@"' in page
    assert "<title>Error:" in page
    assert TeamInvitation.objects.count() == 0


@pytest.mark.parametrize(
    ("address", "words"), [("mia@acme.example", "already works here"), (NEW, "is invited already")]
)
def test_nobody_is_invited_twice(client_of, ada, mia, invitation, address, words):
    page = (
        client_of(ada)
        .post(reverse("accounts:invite"), {"email": address, "role": "member"})
        .content.decode()
    )
    assert words in page
    assert TeamInvitation.objects.count() == 1


def test_somebody_deactivated_is_reactivated_not_invited(ada_at_acme, mia_at_acme, now):
    mia_at_acme.deactivate(now=now, actor=ada_at_acme.user)
    with pytest.raises(CannotInvite) as refused:
        TeamInvitation.invite(ada_at_acme, "mia@acme.example", "member", now=now)
    assert refused.value.code == "inactive"


def test_a_company_sends_a_limited_number_a_day(ada_at_acme, now, settings):
    settings.PORTAL_TEAM_INVITATIONS_A_DAY = 1
    TeamInvitation.invite(ada_at_acme, NEW, "member", now=now)
    with pytest.raises(CannotInvite) as refused:
        TeamInvitation.invite(ada_at_acme, "next@acme.example", "member", now=now)
    assert refused.value.code == "daily"
    assert TeamInvitation.objects.count() == 1


def test_sending_again_counts_as_one_of_the_day(invitation, ada, settings, now):
    settings.PORTAL_TEAM_INVITATIONS_A_DAY = 1
    with pytest.raises(CannotInvite) as refused:
        invitation.resend(now=now, actor=ada)
    assert refused.value.code == "daily"
    assert Mail.objects.filter(name="team_invitation").count() == 1


def test_a_team_invitation_takes_a_place_of_the_persons_day(
    ada_at_acme, rob_at_rival, settings, now
):
    settings.PORTAL_MAILS_A_DAY = 1
    for member in (ada_at_acme, rob_at_rival):
        TeamInvitation.invite(member, NEW, "member", now=now)
    waits = Mail.objects.order_by("created_at").values_list("not_before", flat=True)
    assert waits[0] is None
    assert waits[1] > now


def test_a_team_invitation_is_open_for_thirty_days(invitation, now):
    assert invitation.expires_at == now + timedelta(days=30)


def test_a_suspended_company_invites_nobody(ada_at_acme, now):
    ada_at_acme.supplier.suspend("reported", now=now)
    with pytest.raises(CannotInvite) as refused:
        TeamInvitation.invite(ada_at_acme, NEW, "member", now=now)
    assert refused.value.code == "suspended"
    assert Mail.objects.filter(name="team_invitation").count() == 0


def test_a_suspended_company_sends_none_again(client_of, ada, invitation, acme, now):
    acme.suspend("reported", now=now)
    page = (
        client_of(ada)
        .post(reverse("accounts:invite_again", args=[invitation.pk]), follow=True)
        .content.decode()
    )
    assert "can’t invite people at the moment" in page
    assert Mail.objects.filter(name="team_invitation").count() == 1


def test_an_expired_one_does_not_stand_in_the_way_of_the_next(ada_at_acme, now):
    old = TeamInvitation.invite(ada_at_acme, NEW, "member", now=now - timedelta(days=31))
    TeamInvitation.invite(ada_at_acme, NEW, "member", now=now)
    old.refresh_from_db()
    assert old.status == "expired"


def test_opening_the_link_changes_nothing(client_of, invitation, django_assert_num_queries):
    page = Client().get(f"/t/{token_to()}/")
    assert page.status_code == 200
    assert "n•••@acme.example" in page.content.decode()
    assert NEW not in page.content.decode()
    assert Link.objects.get().used_at is None
    assert Membership.objects.count() == 1


def test_the_invited_person_joins_once(client_of, invitation, acme, ada):
    nora = make_user(NEW, "Nora Yun")
    client, token = client_of(nora), token_to()
    assert client.post(f"/t/{token}/accept/").url == "/"
    assert acme.memberships.get(user=nora).role == "member"
    assert ada.notifications.get().kind == "member_joined"
    assert client.get(f"/t/{token}/").status_code == 410
    assert client.get("/").context["request"].supplier == acme


def test_somebody_else_is_told_whose_it_is_and_cant_accept(client_of, invitation, rob, rival, acme):
    client, token = client_of(rob), token_to()
    page = client.get(f"/t/{token}/").content.decode()
    assert "You are signed in as somebody else" in page
    assert "n•••@acme.example" in page
    client.post(f"/t/{token}/accept/")
    assert not acme.memberships.filter(user=rob).exists()


def test_an_unverified_address_joins_nothing(client_of, invitation, acme):
    nora = make_user(NEW, "Nora Yun")
    nora.emailaddress_set.update(verified=False)
    client_of(nora).post(f"/t/{token_to()}/accept/")
    assert not acme.memberships.filter(user=nora).exists()


def test_sent_again_the_old_link_dies(client_of, ada, invitation):
    old = token_to()
    client_of(ada).post(reverse("accounts:invite_again", args=[invitation.pk]))
    assert Client().get(f"/t/{old}/").status_code == 410
    assert Client().get(f"/t/{token_to()}/").status_code == 200
    nora = make_user(NEW, "Nora Yun")
    client_of(nora).post(f"/t/{old}/accept/")
    assert not nora.memberships.exists()


def test_taken_back_it_works_no_more_and_its_mail_is_not_sent(client_of, ada, invitation):
    token = token_to()
    client_of(ada).post(reverse("accounts:invite_revoke", args=[invitation.pk]))
    assert Client().get(f"/t/{token}/").status_code == 410
    assert Mail.objects.get(name="team_invitation").status == "dropped"


def test_expired_it_says_so(client_of, invitation):
    token = token_to()
    past = timezone.now() - timedelta(minutes=1)
    TeamInvitation.objects.update(expires_at=past)
    Link.objects.update(expires_at=past)
    page = Client().get(f"/t/{token}/")
    assert page.status_code == 410
    assert "has expired" in page.content.decode()
    nora = make_user(NEW, "Nora Yun")
    client_of(nora).post(f"/t/{token}/accept/")
    assert not Membership.objects.filter(user=nora).exists()


def test_invitations_of_an_admin_who_is_none_any_more_die(
    ada_at_acme, mia_at_acme, invitation, now
):
    mia_at_acme.change_role("admin", now=now, actor=ada_at_acme.user)
    ada_at_acme.change_role("member", now=now, actor=mia_at_acme.user)
    invitation.refresh_from_db()
    assert invitation.status == "revoked"


def test_invitations_of_an_admin_who_works_here_no_longer_die(ada, mia_at_acme, now):
    mia_at_acme.change_role("admin", now=now, actor=ada)
    invitation = TeamInvitation.invite(mia_at_acme, NEW, "member", now=now)
    token = token_to()
    mia_at_acme.deactivate(now=now, actor=ada)
    invitation.refresh_from_db()
    assert invitation.status == "revoked"
    assert Client().get(f"/t/{token}/").status_code == 410


def test_invitations_of_another_supplier_are_unknown(client_of, rob, rival, invitation):
    for name in ("invite_again", "invite_revoke"):
        assert (
            client_of(rob).post(reverse(f"accounts:{name}", args=[invitation.pk])).status_code
            == 404
        )


def test_a_newcomer_signs_up_with_the_invited_address_and_comes_back(invitation, acme):
    client, token = Client(headers={"accept-language": "en"}), token_to()
    to_sign_up = client.post(f"/t/{token}/start/").url
    form = client.get(to_sign_up).content.decode()
    assert f'value="{NEW}"' in form
    assert 'name="company"' not in form
    said = {
        "email": "evil@evil.example",
        "name": "Nora Yun",
        "password1": "four-words-i-know",
        "terms": "on",
        "privacy": "on",
    }
    client.post("/accounts/signup/", said | {"next": f"/t/{token}/"})
    assert list(
        User.objects.filter(email__in=[NEW, "evil@evil.example"]).values_list("email", flat=True)
    ) == [NEW]
    code = re.search(r"\b(\d{6})\b", Mail.objects.filter(name="account").latest("created_at").text)[
        1
    ]
    assert client.post("/accounts/confirm-email/", {"code": code}).url == f"/t/{token}/"
    client.post(f"/t/{token}/accept/")
    assert acme.memberships.get(user__email=NEW).role == "member"


def test_sixteen_accepts_at_once_make_one_member(settings, empty_queue):
    ada = make_user("ada@acme.example", "Ada")
    acme = make_supplier("ACME", admin=ada)
    now = timezone.now()
    invitation = TeamInvitation.invite(
        acme.memberships.select_related("user", "supplier").get(), NEW, "member", now=now
    )
    nora, won = make_user(NEW, "Nora"), []

    def accept(_number):
        try:
            with suppress(AlreadyDecided):
                mine = TeamInvitation.objects.select_related("supplier", "invited_by").get(
                    pk=invitation.pk
                )
                won.append(mine.accept(nora, now=timezone.now(), link=Link.objects.get()))
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(accept, range(16)))
    assert len(won) == 1
    assert acme.memberships.count() == 2


@pytest.mark.parametrize("by", ["another admin", "themself"])
def test_whoever_left_does_not_come_back_by_a_waiting_invitation_or_request(
    by, ada, ada_at_acme, acme, now
):
    nora = make_user(NEW, "Nora Yun")
    member = Membership.join(acme, nora, "viewer", now=now, actor=ada)
    invitation = TeamInvitation.objects.create(
        supplier=acme, email=NEW, role="admin", invited_by=ada, expires_at=now + timedelta(days=1)
    )
    asked = acme.join_requests.create(user=nora, as_admin=True)
    member.deactivate(now=now, actor=ada if by == "another admin" else nora)
    invitation.refresh_from_db()
    asked.refresh_from_db()
    assert invitation.status == "revoked"
    assert asked.status == "declined"


def test_coming_in_by_one_way_closes_the_other(ada, invitation, acme, now):
    nora = make_user(NEW, "Nora Yun")
    JoinRequest.ask(nora, acme, now=now).accept("viewer", now=now, actor=ada)
    invitation.refresh_from_db()
    assert invitation.status == "revoked"
    assert acme.memberships.get(user=nora).role == "viewer"


def test_an_accepted_invitation_answers_the_request_to_join(invitation, acme, now):
    nora = make_user(NEW, "Nora Yun")
    asked = JoinRequest.ask(nora, acme, now=now)
    invitation.accept(nora, now=now, link=Link.objects.get(purpose="team"))
    asked.refresh_from_db()
    assert asked.status == "accepted"


def test_an_invitation_reactivates_nobody(client_of, invitation, acme):
    nora = make_user(NEW, "Nora Yun")
    acme.memberships.create(user=nora, role="viewer", is_active=False)
    client, token = client_of(nora), token_to()
    client.post(f"/t/{token}/accept/")
    page = client.get(f"/t/{token}/").content.decode()
    assert "Ask an admin there to reactivate you." in page
    assert "Join the team" not in page
    assert acme.memberships.get(user=nora).is_active is False


def test_an_expired_one_has_a_new_link_sent_to_the_invited_address(ada_at_acme, now, one_window):
    TeamInvitation.invite(ada_at_acme, NEW, "member", now=now - timedelta(days=31))
    client, old = Client(headers={"accept-language": "en"}), token_to()
    assert "Send me a new link" in client.get(f"/t/{old}/").content.decode()
    client.post(f"/t/{old}/again/", {"email": "evil@evil.example"})
    assert list(Mail.objects.values_list("to", flat=True)) == [NEW, NEW]
    assert client.get(f"/t/{token_to()}/").status_code == 200
    page = client.get(f"/t/{old}/").content.decode()
    assert "Send me a new link" not in page


def test_who_asks_for_a_new_link_too_often_reads_when_it_works(ada_at_acme, now, one_window):
    invitation = TeamInvitation.invite(ada_at_acme, NEW, "member", now=now - timedelta(days=31))
    for _time in range(3):
        limits.allowed("team-invitation-again", invitation.pk, 3, limits.AN_HOUR)
    answer = Client(headers={"accept-language": "en"}).post(f"/t/{token_to()}/again/")
    assert answer.status_code == 429
    assert "Wait 60 minutes, then try again." in answer.content.decode()


def test_a_taken_back_one_sends_no_link_and_leads_whoever_is_signed_in_home(
    client_of, ada, invitation, now
):
    token = token_to()
    invitation.revoke(now=now, actor=ada)
    client = client_of(ada)
    client.post(f"/t/{token}/again/")
    page = client.get(f"/t/{token}/").content.decode()
    assert "This invitation no longer works" in page
    assert "Go to Home" in page
    assert Mail.objects.filter(name="team_invitation").count() == 1
