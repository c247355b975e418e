"""Limits against abuse: named, over the shared cache, allowed to be a little inexact.

Limits that the product promises are DailyCount rows, which are exact.
"""

import time
from math import ceil

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

AN_HOUR, A_DAY = 3600, 24 * 3600


def client_ip(request: HttpRequest) -> str:
    """Return the client's address as the trusted proxies tell it; '' when it can't be known."""
    try:
        return get_adapter().get_client_ip(request) or ""
    except PermissionDenied:
        return ""


def allowed(name: str, key: str, limit: int, seconds: int) -> bool:
    """Count a use of a named limit for a key; False beyond `limit` in the running window."""
    # All windows of a limit begin at the same moments, so that too_many() can say when they end.
    window = f"limit:{name}:{key}:{int(time.time() // seconds)}"
    used = cache.get(window, 0) + 1
    # Not incr(): with a cache in the database that would keep the number for 5 minutes only.
    cache.set(window, used, seconds)
    return used <= limit


def too_many(request: HttpRequest, seconds: int) -> HttpResponse:
    """Answer with the page (429) that says when the running window of a limit ends."""
    return render(request, "429.html", {"wait": wait(seconds)}, status=429)


def wait(seconds: int) -> str:
    """Say in a sentence how long the running window of a limit lasts."""
    left = seconds - time.time() % seconds
    if left > 2 * AN_HOUR:
        return _("Wait %(number)s hours, then try again.") % {"number": ceil(left / AN_HOUR)}
    minutes = ceil(left / 60)
    words = ngettext(
        "Wait %(number)s minute, then try again.",
        "Wait %(number)s minutes, then try again.",
        minutes,
    )
    return words % {"number": minutes}
