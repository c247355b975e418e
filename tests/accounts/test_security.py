"""An account stays its owner's: mail about new browsers and about changes."""

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.test import Client

from accounts.jobs import forget_devices
from accounts.models import KnownDevice
from core.models import Mail
from tests.accounts.conftest import security_mail, signed_in, sure, with_app
from tests.builders import PASSWORD


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
