"""A new address: a code to each address, few tries, and mail to both."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, EmailChange, User
from core.models import Mail
from tests.accounts.conftest import security_mail, signed_in, sure
from tests.builders import make_user

NEW = "ada.kim@new.example"


@pytest.fixture
def client(ada, acme):
    return sure(signed_in(ada))


def codes():
    found = Mail.objects.filter(name="email_change").order_by("-created_at", "to")
    return {mail.to: re.search(r"^(\d{6})$", mail.text, re.MULTILINE)[1] for mail in found[:2]}


def begin(client, email=NEW):
    client.post("/account/email/", {"email": email})
    return codes()


def test_both_codes_change_the_address_and_both_addresses_are_told(client, ada):
    sent = begin(client, "Ada.Kim@NEW.example")
    client.post("/account/email/confirm/", {"old": sent["ada@acme.example"], "new": sent[NEW]})
    ada.refresh_from_db()
    assert ada.email == NEW
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [
        (NEW, True, True)
    ]
    assert {to for to, subject in security_mail() if "e-mail was changed" in subject} == {
        "ada@acme.example",
        NEW,
    }
    assert AuditEntry.objects.get(kind="email_changed").actor == ada
    signed_in(ada)


def test_somebody_who_never_confirmed_the_address_gives_way(client, ada):
    said = {
        "email": NEW,
        "name": "Squatter",
        "company": "X",
        "country": "KR",
        "password1": "four-words-i-know",
    }
    Client().post("/accounts/signup/", said | {"terms": "on", "privacy": "on"})
    sent = begin(client)
    client.post("/account/email/confirm/", {"old": sent["ada@acme.example"], "new": sent[NEW]})
    ada.refresh_from_db()
    assert ada.email == NEW
    assert not User.objects.filter(name="Squatter").exists()


def test_an_address_that_the_operator_changes_is_the_only_one_from_then_on(
    client, client_of, ada, operator
):
    said = {
        "action": "change_email",
        "_selected_action": ada.pk,
        "apply": "1",
        "reason": "Passport seen",
    }
    office = client_of(operator)
    office.post("/admin/accounts/user/", said | {"email": "Ada.Kim@NEW.example"})
    ada.refresh_from_db()
    assert list(EmailAddress.objects.filter(user=ada).values_list("email", "verified")) == [
        (NEW, True)
    ]
    assert {to for to, subject in security_mail() if "e-mail was changed" in subject} == {
        "ada@acme.example",
        NEW,
    }
    assert client.get("/").url.startswith("/accounts/login/")
    entry = AuditEntry.objects.about(ada).get(kind="email_corrected")
    assert entry.actor == operator
    assert entry.audience == "operator"
    assert entry.data["reason"] == "Passport seen"
    signed_in(ada)


def test_the_operator_gives_nobody_the_address_of_another(client_of, ada, mia, operator):
    said = {"action": "change_email", "_selected_action": ada.pk, "apply": "1", "reason": "Asked"}
    page = (
        client_of(operator)
        .post("/admin/accounts/user/", said | {"email": mia.email}, follow=True)
        .content.decode()
    )
    ada.refresh_from_db()
    assert "Somebody else signs in with this address." in page
    assert ada.email == "ada@acme.example"


@pytest.mark.parametrize("wrong", ["old", "new"])
def test_one_wrong_code_changes_nothing_and_is_said_beside_its_field(wrong, client, ada):
    sent = begin(client)
    typed = {"old": sent["ada@acme.example"], "new": sent[NEW]}
    page = client.post("/account/email/confirm/", typed | {wrong: "000000"}).content.decode()
    assert f'id="id_{wrong}_error"' in page
    assert "is confirmed." in page
    ada.refresh_from_db()
    assert ada.email == "ada@acme.example"
    client.post("/account/email/confirm/", {wrong: typed[wrong]})
    ada.refresh_from_db()
    assert ada.email == NEW


def test_an_address_that_somebody_has_gets_a_word_but_no_code(client, ada, mia):
    page = client.post("/account/email/", {"email": "mia@acme.example"})
    assert page.url == "/account/email/confirm/"
    assert Mail.objects.get(to="mia@acme.example").name == "email_taken"
    old = Mail.objects.get(name="email_change")
    code = re.search(r"^(\d{6})$", old.text, re.MULTILINE)[1]
    client.post("/account/email/confirm/", {"old": code, "new": code})
    ada.refresh_from_db()
    assert ada.email == "ada@acme.example"


def test_an_address_taken_meanwhile_is_not_taken_over(client, ada):
    sent = begin(client)
    make_user(NEW, "Other")
    client.post("/account/email/confirm/", {"old": sent["ada@acme.example"], "new": sent[NEW]})
    ada.refresh_from_db()
    assert ada.email == "ada@acme.example"


def test_codes_are_too_old_after_ten_minutes(client, ada):
    begin(client)
    EmailChange.objects.update(created_at=timezone.now() - timedelta(minutes=11))
    assert client.get("/account/email/confirm/").url == "/account/email/"


def test_changing_the_address_asks_for_a_recent_log_in(client_of, ada, acme):
    assert "reauthenticate" in client_of(ada).get("/account/email/").url


def test_changes_are_limited(client, one_window):
    answers = [
        client.post("/account/email/", {"email": f"a{number}@new.example"}).status_code
        for number in range(6)
    ]
    assert answers == [302] * 5 + [200]
