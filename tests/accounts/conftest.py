"""Signing in as a browser does, the second factor, and the mail about both."""

from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client

from core.models import Mail
from tests.builders import PASSWORD


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


def with_app(user):
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
