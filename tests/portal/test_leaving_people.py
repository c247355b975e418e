"""A person leaves the portal at once; some rows stay, for a time."""

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client
from django.urls import reverse

from accounts import account_closing
from accounts.jobs import forget_people
from accounts.models import (
    AuditEntry,
    JoinRequest,
    LastAdmin,
    Notification,
    TeamInvitation,
    User,
    notify,
)
from accounts.views.account import account_close
from connections.models import ConnectionRequest
from core.models import Mail
from core.states import AlreadyDecided
from tests.builders import PASSWORD, make_request, make_user


def test_a_person_closes_the_account_with_the_password_and_is_out_everywhere(ada, mia, mia_at_acme):
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        client.post("/accounts/login/", {"login": mia.email, "password": PASSWORD})
    assert here.post("/account/close/", {"password": "wrong"}).status_code == 200
    here.post("/account/close/", {"password": PASSWORD})
    for client in (here, elsewhere):
        assert client.get("/").url.startswith("/accounts/login/")
    mia_at_acme.refresh_from_db()
    assert mia_at_acme.is_active is False
    assert (
        Mail.objects.filter(name="security", subject__endswith="your account is closed").get().to
        == mia.email
    )


def test_a_second_click_on_close_finds_it_closed(rf, mia, mia_at_acme, now):
    request = rf.post("/account/close/", {"password": PASSWORD})
    request.user, request.memberships, request.session = mia, [mia_at_acme], SessionStore()
    account_closing.close_account(
        User.objects.get(pk=mia.pk), now=now
    )  # the first click, while the second is on its way
    assert account_close(request).url == "/accounts/login/"
    assert Mail.objects.filter(name="security").count() == 1


def test_the_only_admin_of_others_makes_somebody_else_admin_first(client_of, ada, mia, mia_at_acme):
    page = client_of(ada).post("/account/close/", {"password": PASSWORD}).content.decode()
    assert "Make somebody else an admin first." in page
    ada.refresh_from_db()
    assert ada.is_active


def test_a_company_where_nobody_else_works_begins_to_close(ada, acme, now):
    account_closing.close_account(ada, now=now)
    acme.refresh_from_db()
    assert acme.closing_at is not None


def test_closing_an_account_is_all_or_nothing(ada, mia, mia_at_acme, rival, now):
    rival.memberships.create(user=ada, role="member")
    with pytest.raises(LastAdmin):
        account_closing.close_account(ada, now=now)
    assert ada.memberships.filter(is_active=True).count() == 2


def test_after_some_days_the_person_is_erased_but_what_they_did_stays(
    client_of, mia, mia_at_acme, ada, ada_at_acme, organon, now
):
    make_request(mia_at_acme, organon, now=now)
    key = mia.counting_key
    User.objects.filter(pk=mia.pk).update(person_key=key)
    account_closing.close_account(mia, now=now - timedelta(days=15))
    forget_people.func(timestamp=0)
    mia.refresh_from_db()
    assert mia.name == ""
    assert mia.email.endswith("@closed.portal.invalid")
    assert mia.person_key == key
    assert str(mia) == "closed account"
    assert ConnectionRequest.objects.get().requested_by == mia
    assert not mia.emailaddress_set.exists()
    page = client_of(ada).get(reverse("accounts:activity")).content.decode()
    assert "asked Organon" in page
    assert "closed account" in page
    assert "Mia" not in page


def test_records_and_news_of_an_erased_person_name_nobody(ada, acme, ada_at_acme, now):
    nora = make_user("nora@acme.example", "Nora Yun")
    TeamInvitation.invite(ada_at_acme, nora.email, "member", now=now).revoke(now=now, actor=ada)
    member = JoinRequest.ask(nora, acme, now=now).accept("member", now=now, actor=ada)
    member.change_role("viewer", now=now, actor=ada)
    notify(acme, "member_joined", about=acme, users=[ada], at=now, person="Nora Yun")
    account_closing.close_account(nora, now=now - timedelta(days=15))
    forget_people.func(timestamp=0)
    kept = [
        str(data)
        for kind in (AuditEntry, Notification)
        for data in kind.objects.values_list("data", flat=True)
    ]
    assert [data for data in kept if "Nora" in data or "nora@" in data] == []
    assert AuditEntry.objects.get(kind="role_changed").data == {
        "person": "–",
        "role": "viewer",
        "before": "member",
    }


def test_support_can_undo_it_before_and_nothing_of_it_is_left(
    client_of, mia, mia_at_acme, ada_at_acme, operator, now
):
    account_closing.close_account(mia, now=now - timedelta(days=15))
    said = {"action": "reopen", "_selected_action": mia.pk, "apply": "1", "reason": "Called us"}
    client_of(operator).post("/admin/accounts/user/", said)
    mia.refresh_from_db()
    assert mia.is_active
    assert mia.closed_at is None
    assert AuditEntry.objects.get(kind="account_reopened").data["reason"] == "Called us"
    User.objects.filter(pk=mia.pk).update(is_active=False)  # locked for another reason, long after
    forget_people.func(timestamp=0)
    mia.refresh_from_db()
    assert mia.name == "Mia Lee"


def test_an_erased_account_is_not_brought_back(mia, mia_at_acme, operator, now):
    account_closing.close_account(mia, now=now - timedelta(days=15))
    forget_people.func(timestamp=0)
    with pytest.raises(AlreadyDecided):
        account_closing.reopen_account(mia, now=now, actor=operator, reason="Called us")


def test_whoever_closed_the_account_is_on_no_list_of_a_team(
    client_of, ada, mia, mia_at_acme, rob, rival, now
):
    JoinRequest.ask(mia, rival, now=now)
    account_closing.close_account(mia, now=now)
    assert JoinRequest.objects.get().status == "withdrawn"
    for admin in (ada, rob):
        assert (
            "mia@acme.example"
            not in client_of(admin).get(reverse("accounts:team")).content.decode()
        )


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_privacy_page_says_for_how_long(language, settings, db):
    settings.PORTAL_CLOSING_DAYS, settings.PORTAL_RECORD_YEARS = 33, 44
    settings.PORTAL_MAIL_DAYS, settings.PORTAL_NOTIFICATION_DAYS = 555, 666
    page = Client(headers={"accept-language": language}).get("/privacy/").content.decode()
    assert all(number in page for number in ("33", "44", "555", "666"))
    assert ("names no address" if language == "en" else "초대 기록에는 주소가 없습니다") in page
