"""Checks of the settings.

`manage.py check --deploy` says what is unwise in a real installation; settings that can't work at
all stop every command.
"""

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register

# With 0 mail would never find a day, or rows would be over as soon as they are made.
AT_LEAST_ONE = (
    "PORTAL_SEARCH_RESULTS",
    "PORTAL_REQUEST_DAYS",
    "PORTAL_MAILS_A_DAY",
    "PORTAL_REPORTS_TO_SUSPEND",
    "PORTAL_UPLOAD_MB",
    "PORTAL_INVITATION_DAYS",
    "PORTAL_RECORD_YEARS",
    "PORTAL_MAIL_DAYS",
    "WEB_THREADS",
    "WEB_CONNECTIONS",
    "WEB_BODY_SECONDS",
)


@register(Tags.security, deploy=True)
def installation(app_configs, **kwargs):
    """Warn of settings that a procurement team should not go live with."""
    found = []
    if not settings.HTTPS:
        found.append(
            Warning("PUBLIC_URL is not https: cookies travel in the clear.", id="portal.W001")
        )
    if urlsplit(settings.PUBLIC_URL).hostname not in settings.ALLOWED_HOSTS:
        found.append(Error("The host of PUBLIC_URL is not in ALLOWED_HOSTS.", id="portal.E002"))
    if settings.MAIL_BACKEND == "core.mail.FolderBackend":
        found.append(
            Warning("EMAIL_URL is not set: mail only lands in a folder.", id="portal.W003")
        )
    if settings.SUPPORT_EMAIL.endswith(".example"):
        found.append(Warning("SUPPORT_EMAIL is not set.", id="portal.W004"))
    if not (settings.OPERATOR_NAME and settings.OPERATOR_ADDRESS):
        words = (
            "OPERATOR_NAME or OPERATOR_ADDRESS is not set:"
            " the privacy notice says who runs the portal."
        )
        found.append(Warning(words, id="portal.W011"))
    if settings.HTTPS and not settings.TRUSTED_PROXY_COUNT:
        found.append(
            Warning(
                "TRUSTED_PROXY_COUNT is 0: behind a proxy everybody shares its limits.",
                id="portal.W005",
            )
        )
    if "LocMem" in settings.CACHES["default"]["BACKEND"]:
        found.append(
            Error("The cache is not shared: a captcha counts once per process.", id="portal.E006")
        )
    return found


@register(Tags.security)
def captcha(app_configs, **kwargs):
    # A CAPTCHA that does not exist, or lacks its keys, would let nobody pass.
    if settings.CAPTCHA not in ("pow", "recaptcha", "off"):
        return [Error("CAPTCHA must be pow, recaptcha or off.", id="portal.E007")]
    if settings.CAPTCHA == "recaptcha" and not (
        settings.RECAPTCHA_PUBLIC_KEY and settings.RECAPTCHA_PRIVATE_KEY
    ):
        return [
            Error(
                "CAPTCHA=recaptcha needs RECAPTCHA_PUBLIC_KEY and RECAPTCHA_PRIVATE_KEY.",
                id="portal.E008",
            )
        ]
    return []


@register(Tags.security)
def values(app_configs, **kwargs):
    """Refuse a colour that stylesheet and mail can't read, and 0 where it breaks something."""
    low = [name for name in AT_LEAST_ONE if getattr(settings, name) < 1]
    found = [Error(f"{name} must be 1 or more.", id="portal.E009") for name in low]
    if not re.fullmatch("#[0-9a-fA-F]{6}", settings.BRAND_COLOUR):
        found.append(
            Error("BRAND_COLOUR must be written as #rrggbb, such as #0e6a57.", id="portal.E010")
        )
    return found
