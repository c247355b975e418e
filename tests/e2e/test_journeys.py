"""The guide's walk in a real browser, in Korean and English."""

import re

import pytest

from connections.models import ConnectionRequest
from customers.models import CustomerProfile, Step, Submission
from tests.e2e.conftest import HOME, link_to, log_in
from tests.fixtures_mail import mailed_code

WORDS = {
    "en": {
        "setup": "Setup", "requests": "Connection Requests", "customers": "Customer Setup", "continue": "Continue",
        "request": "Request", "sent": "Your request to Coupa Software Incorporated was sent.", "waiting": "Waiting", "accept": "Accept",
        "accepted": "was accepted", "connected": "You are connected with Coupa Software Incorporated.",
        "note": "Coupa Software Incorporated accepted your request", "left": "13 of 20 searches left today",
        "bell": "Notifications",
    },
    "ko": {
        "setup": "설정", "requests": "연결 요청", "customers": "고객 설정", "continue": "계속",
        "request": "요청", "sent": "Coupa Software Incorporated에 요청을 보냈어요.", "waiting": "답변 대기", "accept": "수락",
        "accepted": "수락됐어요", "connected": "Coupa Software Incorporated 고객과 연결되어 있어요.",
        "note": "Coupa Software Incorporated에서 요청을 수락했", "left": "오늘 검색 20회 중 13회 남음", "bell": "알림",
    },
}  # fmt: skip


def ask_coupa(page, say):
    """Walk from Home to the sent request, as the guide shows it."""
    page.get_by_role("link", name=say["setup"], exact=True).click()
    page.get_by_role("link", name=say["requests"], exact=True).first.click()
    page.fill("#id_words", "coupa")
    page.press("#id_words", "Enter")
    page.wait_for_url(re.compile(r"/search/[0-9a-f-]{36}/"))
    names = page.locator(".picks b").all_inner_texts()
    assert names == ["Coupa Software Incorporated", "Coopang Corp."]
    assert say["left"] in page.inner_text("main")
    page.get_by_text("Coupa Software Incorporated").click()
    page.get_by_role("button", name=say["continue"]).click()
    page.fill("#id_contact", "procurement@coupa.example")
    page.check("#id_consent")
    page.get_by_role("button", name=say["request"], exact=True).click()
    page.get_by_text(say["sent"]).wait_for()


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_the_guide_from_log_in_to_an_accepted_request(language, phone, demo, open_page):
    say, page = WORDS[language], open_page(language, phone=phone)
    log_in(page)
    ask_coupa(page, say)
    row = page.locator("tr", has_text="Coupa Software Incorporated")
    assert say["waiting"] in row.inner_text()
    contact = open_page(language, phone=phone)
    contact.goto(link_to("request_received", "procurement@coupa.example"))
    contact.get_by_role("button", name=say["accept"], exact=True).click()
    contact.get_by_text(say["accepted"]).wait_for()
    page.goto("/setup/customers/")
    page.locator("nav.customers").get_by_text("Coupa Software Incorporated").click()
    page.get_by_text(say["connected"]).wait_for()
    page.goto("/notifications/")
    assert say["note"] in page.inner_text("main")
    assert (
        CustomerProfile.objects.get(
            supplier=demo, customer__name="Coupa Software Incorporated"
        ).stage
        == "connected"
    )


def test_it_works_without_javascript_by_a_mailed_code(demo, open_page):
    page = open_page(scripts=False)
    log_in(page)
    page.goto("/setup/requests/")
    page.fill("#id_words", "coupa")
    page.press("#id_words", "Enter")
    page.get_by_text("Coupa Software Incorporated").click()
    page.get_by_role("button", name="Continue").click()
    page.fill("#id_contact", "procurement@coupa.example")
    page.fill("#id_message", "We print your labels.")
    page.get_by_role("button", name="Send me a code").click()
    code = mailed_code(name="captcha_code")
    assert page.input_value("#id_contact") == "procurement@coupa.example"
    page.fill("#id_captcha_code", code)
    page.check("#id_consent")
    page.get_by_role("button", name="Request", exact=True).click()
    page.get_by_text("was sent. We e-mail you").wait_for()
    assert ConnectionRequest.objects.get(message="We print your labels.").status == "pending"


def test_the_keyboard_alone_suffices(demo, open_page):
    page = open_page()
    page.goto("/accounts/login/")
    page.locator("[name=login]").focus()
    page.keyboard.type("admin@acme.example")
    page.keyboard.press("Tab")
    page.keyboard.type("demo-portal-2026")
    page.keyboard.press("Enter")
    page.wait_for_url(HOME)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.goto("/setup/requests/")
    page.locator("#id_words").focus()
    page.keyboard.type("coupa")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/search/[0-9a-f-]{36}/"))
    page.locator("[name=customer]").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/new/"))


def test_signing_up_in_korean(demo, open_page):
    page = open_page("ko")
    page.goto("/accounts/signup/")
    for name, value in {
        "email": "new@beta.example",
        "name": "한새롬",
        "company": "베타공구",
        "password1": "four quiet words",
    }.items():
        page.fill(f"[name={name}]", value)
    page.select_option("[name=country]", "KR")
    page.check("[name=terms]")
    page.check("[name=privacy]")
    page.get_by_role("button", name="계정 만들기").click()
    code = mailed_code(to="new@beta.example")
    page.fill("[name=code]", code)
    page.get_by_role("button", name="확인").click()
    page.get_by_text("한새롬 님, 지금은 할 일이 없어요.").wait_for()


def test_the_admin_breaks_no_policy(demo, open_page):
    page = open_page()
    log_in(page, "operator@portal.example")
    for path in (
        "",
        "customers/customer/",
        "connections/connectionrequest/",
        "customers/customer/add/",
        "accounts/supplier/",
        "customers/step/",
        f"customers/step/{Step.objects.first().pk}/change/",
        f"customers/submission/{Submission.objects.first().pk}/change/",
    ):
        page.goto(f"/admin/{path}")
        assert page.locator("#content").count() == 1
