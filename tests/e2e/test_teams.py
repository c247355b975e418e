"""From an e-mail to a working company account, in a real browser: invitations of customers, of teams, passkeys."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, User
from connections.models import Invitation, invitation_sending
from core.models import Mail
from customers.models import Customer, CustomerProfile
from tests.e2e.conftest import HOME, link_to, log_in, violations
from tests.fixtures_mail import mailed_code

PASSWORD = "four quiet words"
WORDS = {
    "en": {
        "create": "Create an account", "sign_in": "Sign in", "sign_up": "Create account", "confirm": "Confirm",
        "accept": "Accept the invitation", "connected": "You are connected with Hanbit Foods now.",
        "other": "You are signed in as somebody else",
        "expired": "This invitation has expired", "again": "Send me a new link", "join": "Join the team",
        "team": "Invite someone", "send": "Send invitation", "ask": "Ask to join", "accept_one": "Accept", "asked": "You asked to join",
        "leave": "Sign out and use that address",
    },
    "ko": {
        "create": "계정 만들기", "sign_in": "로그인", "sign_up": "계정 만들기", "confirm": "확인",
        "accept": "초대 수락", "connected": "이제 Hanbit Foods 고객과 연결됐어요.", "other": "다른 계정으로 로그인되어 있어요",
        "expired": "만료된 초대예요", "again": "새 링크", "join": "팀에 참여하기",
        "team": "초대하기", "send": "초대 보내기", "ask": "참여 요청", "accept_one": "수락", "asked": "참여를 요청한 회사",
        "leave": "로그아웃하고 그 주소로 진행하기",
    },
}  # fmt: skip


def invite(email, customer="Hanbit Foods", *, now=None):
    row = {"email": email, "company": "한솔유리", "name": "서지훈", "language": "ko", "message": ""}
    return invitation_sending.send(
        Customer.objects.get(name=customer), [row], now=now or timezone.now(), actor=None
    )[0]


def sign_up(page, say, email, **fields):
    """Fill in what the sign-up page leaves open, and type the mailed code."""
    assert page.input_value("[name=email]") == email
    assert page.locator("[name=email]").is_disabled()
    for name, value in ({"name": "서지훈", "password1": PASSWORD} | fields).items():
        page.fill(f"[name={name}]", value)
    if page.locator("[name=country]").count():
        page.select_option("[name=country]", "KR")
    page.check("[name=terms]")
    page.check("[name=privacy]")
    page.get_by_role("button", name=say["sign_up"]).click()
    page.locator("[name=code]").wait_for()
    code = mailed_code(name="account", to=email)
    page.fill("[name=code]", code)
    page.get_by_role("button", name=say["confirm"]).click()


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_an_invited_newcomer_ends_up_connected_in_the_customers_setup(
    language, phone, demo, open_page
):
    say, page = WORDS[language], open_page(language, phone=phone)
    page.goto(link_to("invitation", "jihoon.seo@hansol.example"))
    page.get_by_role("button", name=say["create"]).click()
    assert page.input_value("[name=company]") == "한솔유리"
    assert violations(page) == []
    sign_up(page, say, "jihoon.seo@hansol.example")
    page.get_by_role("button", name=say["accept"]).wait_for()
    assert violations(page) == []
    page.get_by_role("button", name=say["accept"]).click()
    page.get_by_text(say["connected"]).wait_for()
    profile = CustomerProfile.objects.get(supplier__name="한솔유리")
    assert page.url.endswith(reverse("customers:profile", args=[profile.pk]))
    assert page.locator(".steps li").count() == 3


@pytest.mark.parametrize(
    ("language", "email"), [("ko", "jh.oh@hanmaum.example"), ("en", "tom@brightwell.example")]
)
def test_an_invited_person_with_an_account_signs_in_and_accepts(language, email, demo, open_page):
    say, page = WORDS[language], open_page(language)
    page.goto(link_to("invitation", "jihoon.seo@hansol.example"))  # a stranger may read it
    invite(email)
    page.goto(link_to("invitation", email))
    page.get_by_role("button", name=say["sign_in"]).click()
    page.fill("[name=login]", email)
    page.fill("[name=password]", "demo-portal-2026")
    page.press("[name=password]", "Enter")
    page.get_by_role("button", name=say["accept"]).click()
    page.get_by_text(say["connected"]).wait_for()


def test_an_admin_accepts_from_home_without_any_link(demo, open_page):
    page = open_page()
    log_in(page)
    page.get_by_role("link", name="See the invitation of Hanbit Foods").click()
    page.get_by_role("button", name="Accept the invitation").click()
    page.get_by_text("You are connected with Hanbit Foods now.").wait_for()


def test_an_admin_who_chooses_another_company_is_asked_which(demo, open_page):
    page = open_page()
    invitation_sending.resend(
        Invitation.objects.get(email="admin@acme.example", status="pending"), now=timezone.now()
    )
    log_in(page)
    page.goto(link_to("invitation", "admin@acme.example"))
    assert not page.locator("[name=name]").is_visible()
    page.check("[value=another]")
    page.fill("[name=name]", "Second Co")
    assert violations(page) == []


@pytest.mark.parametrize("language", ["ko", "en"])
def test_somebody_elses_invitation_says_whose_it_is_and_leads_on(language, demo, open_page):
    say, page = WORDS[language], open_page(language)
    log_in(page, "admin@rival.example")
    page.goto(link_to("invitation", "jihoon.seo@hansol.example"))
    page.get_by_text(say["other"]).wait_for()
    assert "j•••@hansol.example" in page.inner_text("main")
    assert violations(page) == []
    page.get_by_role("button", name=say["leave"]).click()
    page.get_by_role("button", name=say["create"]).wait_for()


@pytest.mark.parametrize("language", ["ko", "en"])
def test_an_expired_invitation_has_a_new_link_sent_to_the_invited_address(
    language, demo, open_page
):
    say, page = WORDS[language], open_page(language)
    invite("old@old.example", now=timezone.now() - timedelta(days=31))
    old = link_to("invitation", "old@old.example")
    page.goto(old)
    page.get_by_text(say["expired"]).wait_for()
    assert violations(page) == []
    page.get_by_role("button", name=re.compile(say["again"])).click()
    page.locator(".notice").first.wait_for()
    fresh = link_to("invitation", "old@old.example")
    assert fresh != old
    page.goto(fresh)
    page.get_by_role("button", name=say["create"]).wait_for()


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_colleague_is_invited_and_joins_the_team(language, demo, open_page):
    say, page = WORDS[language], open_page(language)
    log_in(page)
    page.goto("/setup/admin/")
    page.fill("#id_email", "nora@acme.example")
    page.get_by_role("button", name=say["send"]).click()
    page.get_by_text("nora@acme.example").first.wait_for()
    newcomer = open_page(language)
    newcomer.goto(link_to("team_invitation", "nora@acme.example"))
    newcomer.get_by_role("button", name=say["create"]).click()
    sign_up(newcomer, say, "nora@acme.example")
    newcomer.get_by_role("button", name=say["join"]).click()
    newcomer.wait_for_url(HOME)
    assert Membership.objects.get(user__email="nora@acme.example").role == "member"


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_newcomer_of_the_companys_domain_asks_and_an_admin_lets_them_in(
    language, demo, open_page
):
    say, page = WORDS[language], open_page(language)
    page.goto("/accounts/signup/")
    page.fill("[name=email]", "june@acme.example")
    page.fill("[name=company]", "ACME")
    for name, value in {"name": "June Seo", "password1": PASSWORD}.items():
        page.fill(f"[name={name}]", value)
    page.select_option("[name=country]", "KR")
    page.check("[name=terms]")
    page.check("[name=privacy]")
    page.get_by_role("button", name=say["sign_up"]).click()
    page.locator("[name=code]").wait_for()
    page.fill("[name=code]", mailed_code(name="account", to="june@acme.example"))
    page.get_by_role("button", name=say["confirm"]).click()
    page.get_by_role("button", name=re.compile(say["ask"])).first.click()
    page.get_by_text(say["asked"]).wait_for()
    assert violations(page) == []
    admin = open_page(language)
    log_in(admin)
    admin.goto("/setup/admin/")
    admin.locator("li", has_text="june@acme.example").get_by_role(
        "button", name=re.compile(f"^{say['accept_one']}")
    ).click()
    admin.locator("table", has_text="june@acme.example").wait_for()
    page.goto("/setup/customers/")
    page.locator("nav.customers").wait_for()


def test_a_passkey_is_added_and_signs_in(demo, open_page):
    page = open_page()
    client = page.context.new_cdp_session(page)
    client.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    client.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    log_in(page)
    page.goto("/accounts/2fa/webauthn/add/")
    page.fill("[name=password]", "demo-portal-2026")
    page.press("[name=password]", "Enter")
    page.wait_for_url(re.compile(r"/webauthn/add/"))
    page.fill("[name=name]", "Office laptop")
    page.check("[name=passwordless]")
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url(re.compile(r"/2fa/(?!webauthn/add)"))
    assert (
        User.objects.get(email="admin@acme.example")
        .authenticator_set.filter(type="webauthn")
        .count()
        == 1
    )
    assert Mail.objects.filter(name="security", subject__contains="passkey was added").exists()
    page.context.clear_cookies()
    page.goto("/accounts/login/")
    page.locator("#passkey_login").click()
    page.wait_for_url(HOME)
    page.get_by_text("김지혜").first.wait_for()
