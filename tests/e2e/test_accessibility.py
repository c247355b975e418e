"""Every page under axe, in Korean and English, light and dark, wide and narrow; none scrolls sideways."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.urls import reverse

from accounts.models import BankAccount, Membership, User
from connections.models import ConnectionRequest
from customers.models import CustomerProfile
from tests.e2e.conftest import HOME, faults, let_in, link_to, link_to_review, log_in

OPEN_TO_ALL = [
    "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/accounts/password/reset/done/",
    "/accounts/password/reset/key/1-nope/", "/accounts/inactive/", "/help/", "/help/how-to-connect/", "/help/faq/",
    "/help/adding-users/", "/privacy/", "/terms/", "/accessibility/", "/support/", "/support/sent/", "/nope/",
    "/r/unknown/", "/i/unknown/", "/t/unknown/",
]  # fmt: skip
SIGNED_IN = [
    "/", "/setup/customers/", "/setup/requests/", "/setup/requests/search/", "/notifications/", "/notifications/preferences/",
    "/account/", "/account/email/", "/account/close/", "/company/close/", "/company/export/", "/accounts/password/change/",
    "/accounts/2fa/", "/accounts/sessions/", "/accounts/logout/", "/nope/",
]  # fmt: skip


@pytest.fixture(params=["en", "ko"])
def page(request, demo, open_page):
    """English starts light and wide, Korean light and narrow; `faults()` looks at the opposite too."""
    return open_page(request.param, phone=request.param == "ko")


def faults_of(page, paths):
    return {path: found for path in paths if (found := faults(page, path))}


def test_pages_open_to_all(page):
    answer = link_to("request_received", "procurement@coupa.example")
    invitation = link_to("invitation", "jihoon.seo@hansol.example")
    found = faults_of(page, [*OPEN_TO_ALL, answer, invitation, f"{invitation}forward/"])
    assert found == {}
    page.goto("/accounts/signup/")
    page.locator("form.form button").click()
    assert faults(page) == []


def test_pages_of_a_supplier(page, demo):
    log_in(page)
    profiles = CustomerProfile.objects.filter(supplier=demo)
    connected, invited = profiles.get(customer__name="Organon"), profiles.get(stage="invited")
    waiting = ConnectionRequest.objects.get(supplier=demo, status="pending")
    paths = [
        reverse("customers:profile", args=[connected.pk]),
        reverse("customers:profile_end", args=[connected.pk]),
        reverse("customers:profile", args=[invited.pk]),
        reverse("connections:request", args=[waiting.pk]),
        reverse("connections:request_new", args=[waiting.customer_id]),
        link_to("invitation", "jihoon.seo@hansol.example"),
    ]
    assert faults_of(page, [*SIGNED_IN, *paths]) == {}
    page.goto("/")
    page.locator("details.menu summary").click()
    assert faults(page) == []


def test_pages_of_a_team(page):
    log_in(page)
    page.goto("/setup/admin/")
    page.fill("#id_email", "nora@acme.example")
    page.locator("form[action$='/invite/'] button").click()
    page.get_by_text("nora@acme.example").first.wait_for()
    member = Membership.objects.get(user__email="member@acme.example")
    paths = [
        "/setup/admin/",
        "/setup/admin/activity/",
        "/setup/admin/leave/",
        reverse("accounts:member", args=[member.key]),
        link_to("team_invitation", "nora@acme.example"),
    ]
    assert faults_of(page, paths) == {}


def test_pages_of_a_setup(page, demo):
    log_in(page)
    profile = CustomerProfile.objects.get(supplier=demo, customer__name="Organon")
    steps = list(profile.customer.steps.asked())
    account = BankAccount.objects.get(supplier=demo)
    paths = [
        *(reverse("customers:step", args=[profile.pk, step.pk]) for step in steps),
        reverse("customers:step_hand", args=[profile.pk, steps[2].pk]),
        reverse("customers:submission", args=[profile.pk, steps[0].pk, 1]),
        reverse("accounts:company"),
        reverse("accounts:company_edit"),
        reverse("accounts:bank_add"),
        reverse("accounts:bank_replace", args=[account.pk]),
        reverse("accounts:bank_remove", args=[account.pk]),
        reverse("accounts:document_add"),
    ]
    assert faults_of(page, paths) == {}
    page.goto(reverse("customers:step", args=[profile.pk, steps[4].pk]))
    page.locator(".actions .primary").click()
    page.locator(".problems").wait_for()
    assert faults(page) == []


def test_pages_of_a_reviewer(page, demo):
    profile = CustomerProfile.objects.get(supplier=demo, customer__name="Nordhavn Logistics")
    link = link_to_review(profile)
    page.goto(link)
    assert faults(page) == []
    let_in(page, link)
    assert faults(page) == []


def test_pages_of_the_log_in_library(page):
    log_in(page)
    page.goto("/accounts/reauthenticate/")
    page.fill("[name=password]", "demo-portal-2026")
    page.press("[name=password]", "Enter")
    page.wait_for_url(HOME)
    before = ["/account/email/", "/accounts/2fa/webauthn/add/", "/accounts/2fa/totp/activate/"]
    assert faults_of(page, before) == {}
    paths = [
        "", "totp/deactivate/", "recovery-codes/", "recovery-codes/generate/", "webauthn/", *passkey_of_admin(),
        "reauthenticate/", "reauthenticate/webauthn/",
    ]  # fmt: skip
    after = ["/accounts/reauthenticate/", *(f"/accounts/2fa/{path}" for path in paths)]
    assert faults_of(page, after) == {}


def passkey_of_admin():
    """Give ACME's admin all that a person can sign in with; return the addresses of their passkey."""
    user = User.objects.get(email="admin@acme.example")
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(user)
    credential = dict.fromkeys(["id", "rawId"], "AA") | {"type": "public-key"}
    credential |= {"response": {}, "clientExtensionResults": {}}
    data = {"name": "Office laptop of the whole purchasing team", "credential": credential}
    passkey = Authenticator.objects.create(user=user, type="webauthn", data=data)
    return [f"webauthn/keys/{passkey.pk}/{what}/" for what in ("edit", "remove")]
