"""A real browser on the real site: page, log-in, pictures of failures; any console error fails the test."""

import os
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from django.core.management import call_command

from accounts.models import Supplier

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # playwright's loop runs in this thread
RESULTS = Path("test-results")
EXPECTED = re.compile(r"status of (404|409|410)")  # pages that say so on purpose
HOME = re.compile(r"//[^/]+/(admin/)?$")
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
    """The demo's data; ACME's supplier."""
    call_command("demo", verbosity=0)
    cache.clear()
    return Supplier.objects.get(name="ACME Supplies")


@pytest.fixture
def open_page(browser, live_server, request):
    """open_page(language, dark, phone) -> a page on the site; console errors fail the test at its end."""
    errors, contexts = [], []

    def open_one(language="en", *, dark=False, phone=False, scripts=True):
        context = browser.new_context(
            base_url=live_server.url.replace("127.0.0.1", "localhost"),
            locale={"ko": "ko-KR", "en": "en-US"}[language],
            viewport={"width": 390, "height": 844} if phone else {"width": 1280, "height": 900},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
        )
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on(
            "console",
            lambda one: (
                errors.append(one.text)
                if one.type == "error" and not EXPECTED.search(one.text)
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


def violations(page):
    """What axe finds on the page, as (rule, places)."""
    found = Axe().run(page).response["violations"]
    return [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found]
