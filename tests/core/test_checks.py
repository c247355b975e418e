import subprocess
import sys

import pytest
from django.core.checks import run_checks

from core import checks
from core.colours import _contrast_to_white, mail_accent


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("HTTPS", False, "portal.W001"),
        ("ALLOWED_HOSTS", ["other.test"], "portal.E002"),
        ("MAIL_BACKEND", "core.mail.FolderBackend", "portal.W003"),
        ("SUPPORT_EMAIL", "x@y.example", "portal.W004"),
        ("OPERATOR_NAME", "", "portal.W011"),
        ("OPERATOR_ADDRESS", "", "portal.W011"),
        ("TRUSTED_PROXY_COUNT", 0, "portal.W005"),
        (
            "CACHES",
            {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
            "portal.E006",
        ),
    ],
)
def test_each_unwise_setting_is_named(name, value, found, settings):
    settings.PUBLIC_URL, settings.HTTPS, settings.ALLOWED_HOSTS = (
        "https://portal.test",
        True,
        ["portal.test"],
    )
    settings.MAIL_BACKEND, settings.SUPPORT_EMAIL, settings.TRUSTED_PROXY_COUNT = (
        "smtp",
        "help@portal.test",
        1,
    )
    assert checks.installation(None) == []
    setattr(settings, name, value)
    assert [problem.id for problem in checks.installation(None)] == [found]


@pytest.mark.parametrize(("demo", "name"), [("0", ""), ("1", "Hanbit Procurement Services")])
def test_only_the_demo_is_run_by_somebody_unless_settings_say_who(demo, name):
    environment = {"DEMO": demo, "SECRET_KEY": "x"}
    code = "from portal import settings; print(settings.OPERATOR_NAME, end='')"
    assert subprocess.check_output([sys.executable, "-c", code], env=environment, text=True) == name


@pytest.mark.parametrize(
    ("kind", "found"),
    [("pow", []), ("off", []), ("altcha", ["portal.E007"]), ("recaptcha", ["portal.E008"])],
)
def test_the_captcha_exists_and_has_its_keys(kind, found, settings):
    settings.CAPTCHA = kind
    assert [problem.id for problem in run_checks() if problem.id.startswith("portal")] == found


@pytest.mark.parametrize("name", checks.AT_LEAST_ONE)
def test_a_number_that_would_break_something_at_0_is_refused(name, settings):
    setattr(settings, name, 0)
    assert [problem.msg for problem in run_checks() if problem.is_serious()] == [
        f"{name} must be 1 or more."
    ]


@pytest.mark.parametrize("colour", ["teal", "#fff", "0e6a57", "#0e6a57\n", "#0e6a5g", ""])
def test_a_colour_that_mail_could_not_read_is_refused(colour, settings):
    settings.BRAND_COLOUR = colour
    assert [problem.id for problem in run_checks() if problem.is_serious()] == ["portal.E010"]


@pytest.mark.parametrize("colour", ["#0e6a57", "#ffff00", "#ffffff", "#000000", "#00ffff"])
def test_any_brand_colour_is_readable_in_mail(colour):
    shown = mail_accent(colour)
    parts = [int(shown[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    assert _contrast_to_white(*parts) >= 4.5
