"""The pictures of the help pages and of the README, taken from a running demo: `make shots`."""

import os
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

HELP = Path(__file__).resolve().parents[2] / "static" / "img" / "help"


def take(base, language, locale, chromium):
    """Walk the guide as ACME's admin and keep three pictures."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_context(
            base_url=base, locale=locale, viewport={"width": 1280, "height": 900}
        ).new_page()
        page.goto("/accounts/login/")
        page.fill("[name=login]", "admin@acme.example")
        page.fill("[name=password]", "demo-portal-2026")
        page.press("[name=password]", "Enter")
        page.locator("h1").wait_for()
        page.goto("/setup/requests/")
        page.screenshot(path=HELP / language / "requests.png")
        page.fill("#id_words", "coupa")
        page.press("#id_words", "Enter")
        page.locator(".picks").wait_for()
        page.screenshot(path=HELP / language / "search.png")
        page.locator(".picks [type=radio]").first.check()
        page.locator("form[method=get] button").click()
        page.locator("#id_contact").wait_for()
        page.set_viewport_size({"width": 1280, "height": 1100})
        page.screenshot(path=HELP / language / "request.png")
        browser.close()


if __name__ == "__main__":
    for language, locale in (("ko", "ko-KR"), ("en", "en-US")):
        take(sys.argv[1], language, locale, os.environ.get("CHROMIUM") or "/usr/bin/chromium")
