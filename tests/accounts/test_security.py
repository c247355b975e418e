"""An account stays its owner's: mail about changes, codes for an address, a second factor."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.jobs import forget_devices
from accounts.models import AuditEntry, EmailChange, KnownDevice, User
from core.models import Mail
from tests.builders import PASSWORD, make_user

NEW = "ada.kim@new.example"


def signed_in(user, client=None):
    client = client or Client(
        headers={
            "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
            "accept-language": "en",
        }
    )
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert "_auth_user_id" in client.session
    return client


def sure(client):
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def security_mail():
    return list(
        Mail.objects.filter(name="security").order_by("created_at").values_list("to", "subject")
    )


def test_the_first_browser_of_all_is_not_told_a_second_one_is(ada, acme):
    signed_in(ada)
    assert security_mail() == []
    signed_in(ada)
    assert security_mail() == [("ada@acme.example", "Supplier Portal: sign-in from a new browser")]
    assert "Browser: Firefox on Linux\n" in Mail.objects.get(name="security").text


def test_a_browser_is_known_again_after_logging_out(ada, acme):
    client = signed_in(ada)
    client.post("/accounts/logout/")
    signed_in(ada, client)
    assert security_mail() == []
    assert KnownDevice.objects.count() == 1


def test_a_browser_known_for_one_person_is_new_for_another(ada, mia, acme):
    client = signed_in(ada)
    signed_in(mia)
    client.post("/accounts/logout/")
    signed_in(mia, client)
    assert [to for to, _subject in security_mail()] == ["mia@acme.example"]


def test_the_cookie_is_out_of_scripts_reach_and_not_kept_in_clear(ada, acme):
    cookie = signed_in(ada).cookies["device"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie.value not in KnownDevice.objects.get().digest


def test_browsers_are_forgotten_after_a_year(ada, now):
    KnownDevice.recognise(ada, "", now=now - timedelta(days=366), browser="", address="")
    forget_devices.func(timestamp=0)
    assert not KnownDevice.objects.exists()


def test_a_changed_password_is_told(ada, acme):
    client = signed_in(ada)
    said = {
        "oldpassword": PASSWORD,
        "password1": "quite another word",
        "password2": "quite another word",
    }
    client.post("/accounts/password/change/", said)
    assert security_mail() == [("ada@acme.example", "Supplier Portal: your password was changed")]


def test_an_authenticator_app_added_and_removed_is_told(
    ada, acme, django_capture_on_commit_callbacks
):
    client = sure(signed_in(ada))
    secret = client.get("/accounts/2fa/totp/activate/").context["form"].secret
    counter = next(iter(yield_hotp_counters_from_time()))
    with django_capture_on_commit_callbacks(execute=True):
        client.post(
            "/accounts/2fa/totp/activate/", {"code": format_hotp_value(hotp_value(secret, counter))}
        )
    client.post("/accounts/2fa/totp/deactivate/")
    assert [subject for _to, subject in security_mail()] == [
        "Supplier Portal: an authenticator app was added",
        "Supplier Portal: the authenticator app was removed",
    ]


def with_passkey(user):
    credential = {
        "id": "AA",
        "rawId": "AA",
        "type": "public-key",
        "response": {},
        "clientExtensionResults": {},
    }
    data = {"name": "Office laptop", "credential": credential}
    return Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=data)


@pytest.mark.parametrize(
    ("path", "filled"),
    [
        ("totp/deactivate/", []),
        ("recovery-codes/", ["Download"]),
        ("recovery-codes/generate/", ["Make new codes"]),
        ("webauthn/", ["Add a passkey"]),
        ("webauthn/keys/{}/edit/", ["Save"]),
        ("webauthn/keys/{}/remove/", []),
    ],
)
def test_the_pages_of_the_second_factor_wear_our_look_and_words(path, filled, ada, acme):
    client = sure(signed_in(ada))
    with_app(ada)
    RecoveryCodes.activate(ada)
    passkey = with_passkey(ada)
    page = client.get(f"/accounts/2fa/{path.format(passkey.pk)}").content.decode()
    assert re.findall(r'class="button[^"]*primary[^"]*"[^>]*>([^<]+)', page) == filled
    assert 'class="back"' in page
    assert "ecurity key" not in page.lower()


def test_a_forgotten_password_is_replaced_by_the_filled_button(ada, acme):
    Client().post("/accounts/password/reset/", {"email": ada.email})
    letter = Mail.objects.get(to=ada.email)
    link = re.search(r"(/accounts/password/reset/key/\S+)", letter.text)[1]
    assert re.search(r'<a class="act"\s+href="[^"]*([^"]{30})"', letter.html)[1] == link[-30:]
    page = Client().get(link, follow=True).content.decode()
    assert re.findall(r'class="button[^"]*primary[^"]*"[^>]*>([^<]+)', page) == ["Change password"]
    over = Client().get("/accounts/password/reset/key/1-nope/").content.decode()
    assert re.findall(r"<h1>([^<]+)", over) == ["This link is over"]


def test_the_passkey_is_offered_only_to_who_has_one(ada, acme):
    with_app(ada)
    client = Client()
    client.post("/accounts/login/", {"login": ada.email, "password": PASSWORD})
    assert "Use a passkey" not in client.get("/accounts/2fa/authenticate/").content.decode()


def test_other_sessions_are_ended_from_the_list(ada, acme):
    here, elsewhere = signed_in(ada), signed_in(ada)
    here.post("/accounts/sessions/")
    assert elsewhere.get("/").url.startswith("/accounts/login/")
    assert here.get("/").status_code == 200


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


def with_app(user):
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")


def test_an_admin_asks_everybody_for_a_second_factor(client_of, ada, mia, acme):
    with_app(ada)
    client_of(ada).post(reverse("accounts:require_second_factor"), {"on": "1"})
    assert Mail.objects.get(name="second_factor_required").to == "mia@acme.example"
    member = client_of(mia)
    assert member.get("/setup/customers/").url == "/account/second-factor/"
    assert (
        member.post("/setup/requests/search/", {"words": "organon"}).url
        == "/account/second-factor/"
    )
    assert "Add a passkey" in member.get("/account/second-factor/").content.decode()
    with_app(mia)
    assert member.get("/setup/customers/").status_code == 200


def test_whoever_asks_has_one_first(client_of, ada, acme):
    client_of(ada).post(reverse("accounts:require_second_factor"), {"on": "1"})
    acme.refresh_from_db()
    assert acme.requires_second_factor is False


def test_it_can_be_asked_no_longer(client_of, ada, mia, acme):
    with_app(ada)
    client = client_of(ada)
    client.post(reverse("accounts:require_second_factor"), {"on": "1"})
    client.post(reverse("accounts:require_second_factor"))
    assert client_of(mia).get("/setup/customers/").status_code == 200
    kinds = (
        AuditEntry.objects.filter(kind__startswith="second_factor")
        .order_by("pk")
        .values_list("kind", flat=True)
    )
    assert list(kinds) == ["second_factor_required", "second_factor_free"]


def test_recovery_codes_alone_are_no_second_factor(client_of, ada, mia, acme):
    Authenticator.objects.create(user=mia, type=Authenticator.Type.RECOVERY_CODES, data={})
    acme.requires_second_factor = True
    acme.save(update_fields=["requires_second_factor"])
    assert client_of(mia).get("/").url == "/account/second-factor/"
