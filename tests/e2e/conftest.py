"""A real browser on the real site: page, log-in, pictures of failures; any console error fails the test."""

import os
import re
from functools import cache
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.core.management import call_command
from django.utils import timezone

from accounts.models import Supplier
from core.models import Mail
from customers.jobs import tell_reviewers
from tests.fixtures_database import bring_back_data, keep_data
from tests.fixtures_mail import mailed_code

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # playwright's loop runs in this thread
RESULTS = Path("test-results")
EXPECTED = re.compile(r"status of (404|409|410)")  # pages that say so on purpose
HOME = re.compile(r"//[^/]+/(admin/)?$")
SEND_CODE = re.compile("^(Send me the code|코드 받기)$")
CONTINUE = re.compile("^(Continue|계속)$")
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
# What colours or hidden words can change; what the other rules find is the same in every look.
OF_THE_LOOK = [
    "color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable", "link-name", "button-name", "summary-name",
]  # fmt: skip
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1",
]


@pytest.fixture(scope="session")
def browser_type_launch_args():
    return {"executable_path": os.environ.get("CHROMIUM") or "/usr/bin/chromium", "args": FLAGS}


@pytest.fixture
def demo(transactional_db):
    """The demo's data, copied for each test; ACME's supplier."""
    keep_demo(timezone.localdate())
    bring_back_data()
    return Supplier.objects.get(name="ACME Supplies")


@cache
def keep_demo(day):
    """Load the demo once a day, for the searches that it counts are those of a day."""
    call_command("demo", verbosity=0)
    keep_data()


@pytest.fixture
def open_page(browser, live_server, request):
    """open_page(language, phone) -> a page on the site; console errors fail the test at its end."""
    errors, contexts = [], []

    def open_one(language="en", *, phone=False, scripts=True):
        context = browser.new_context(
            base_url=live_server.url.replace("127.0.0.1", "localhost"),
            locale={"ko": "ko-KR", "en": "en-US"}[language],
            viewport=PHONE if phone else WIDE,
            reduced_motion="reduce",  # a colour on its way to another one has no contrast to measure
            java_script_enabled=scripts,
        )
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on(
            "console",
            lambda message: (
                errors.append(message.text)
                if message.type == "error" and not EXPECTED.search(message.text)
                else None
            ),
        )
        page.on("pageerror", lambda error: errors.append(str(error)))
        contexts.append((context, page))
        return page

    yield open_one
    failed = getattr(request.node, "failed", False)
    for number, (context, page) in enumerate(contexts):
        if failed:
            RESULTS.mkdir(exist_ok=True)
            page.screenshot(path=RESULTS / f"{request.node.name}-{number}.png", full_page=True)
        context.close()
    assert errors == []


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: "e2e" in item.path.parts)  # playwright's loop stays in the thread


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    item.failed = getattr(item, "failed", False) or (
        call.when == "call" and outcome.get_result().failed
    )


def log_in(page, email="admin@acme.example"):
    page.goto("/accounts/login/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", "demo-portal-2026")
    page.press("[name=password]", "Enter")
    page.wait_for_url(HOME)


def link_to(name, address):
    """Return the path to /r/, /i/ or /t/ in the newest letter of this name to an address."""
    letter = Mail.objects.filter(name=name, to=address).latest("created_at")
    return re.search(r"(/[rit]/[^/\s]+/)", letter.text)[1]


def link_to_review(profile):
    """Run the job that writes to the reviewers of a profile; return the path in its letter."""
    tell_reviewers.func(profile_id=str(profile.pk))
    letter = Mail.objects.filter(name="steps_submitted").latest("created_at")
    return re.search(r"(/v/[^/\s]+/)", letter.text)[1]


def let_in(page, link):
    """Pass the door of a reviewer's link with the code from the mailbox."""
    page.goto(link)
    page.get_by_role("button", name=SEND_CODE).click()
    page.locator("#id_code").wait_for()
    page.fill("#id_code", mailed_code(name="review_code"))
    page.get_by_role("button", name=CONTINUE).click()
    page.locator("h1", has_text="ACME Supplies").wait_for()


def faults(page, path=None):
    """Open a path, or stay; return the faults in the page's own look and in the opposite scheme and width."""
    if path:
        page.goto(path)
    size = page.viewport_size
    found = violations(page) + sideways(page)
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(WIDE if size == PHONE else PHONE)
    found += violations(page, OF_THE_LOOK) + sideways(page)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(size)
    return found


def sideways(page):
    width = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return ["scrolls sideways"] if width > 1 else []


def violations(page, rules=None):
    """Run all rules of axe, or these, on the page; return [(rule, places)]."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options = {"resultTypes": ["violations"]} | ({"runOnly": rules} if rules else {})
    found = page.evaluate("options => axe.run(options).then(result => result.violations)", options)
    return [(rule["id"], [node["html"][:120] for node in rule["nodes"]]) for rule in found]
