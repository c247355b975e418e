"""Limits against abuse: named, counted in rows of their own statement (core.models.limits).

Limits that the product promises are DailyCount rows, which a rollback gives back.
"""

import time
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from math import ceil

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.models import Tally

AN_HOUR, A_DAY = 3600, 24 * 3600
# The bits that tell one client from the next, and those of the network around them. A line at home
# gets an IPv6 network of 64 bits, in which every address is its own; a rented one often 48.
OWN_BITS, NETWORK_BITS = {4: 32, 6: 64}, {4: 24, 6: 48}
# Offices and mobile networks bring many honest people out of one IPv4 /24.
NETWORK_FACTOR = 10


def client_ip(request: HttpRequest) -> str:
    """Return the client's address as the trusted proxies tell it; '' when it can't be known."""
    try:
        return get_adapter().get_client_ip(request) or ""
    except PermissionDenied:
        return ""


def client_keys(request: HttpRequest) -> list[tuple[str, int]]:
    """Return what the client is counted under, and how many times a limit each may use.

    First the client, then the network around it; one key for all whose address can't be known.
    """
    if not (ip := client_ip(request)):
        return [("", 1)]
    address = ip_address(ip)
    # Some proxies write IPv4 as ::ffff:192.0.2.1; as IPv6 all of them would be one network.
    address = getattr(address, "ipv4_mapped", None) or address
    own = ip_network((address, OWN_BITS[address.version]), strict=False)
    network = ip_network((address, NETWORK_BITS[address.version]), strict=False)
    return [(str(own), 1), (str(network), NETWORK_FACTOR)]


def allowed(name: str, key: object, limit: int, seconds: int) -> bool:
    """Count a use of a named limit for a key; False beyond `limit` in the running window.

    Raises RuntimeError in a transaction, whose rollback would give the use back.
    """
    now = time.time()
    # All windows of a limit begin at the same moments, so that too_many() can say when they end.
    ends_at = (now // seconds + 1) * seconds
    return Tally.objects.spend(name, str(key), limit, now=_moment(now), ends_at=_moment(ends_at))


def allowed_from_first(name: str, key: object, limit: int, seconds: int) -> bool:
    """Count a use as allowed() does, in a window that begins with the first use of the key."""
    now = time.time()
    ends_at = _moment(now + seconds)
    return Tally.objects.spend(name, str(key), limit, now=_moment(now), ends_at=ends_at)


def is_spent(name: str, key: object, limit: int) -> bool:
    """Say whether the next use would be refused, and count nothing."""
    return Tally.objects.is_spent(name, str(key), limit, now=_moment(time.time()))


def allowed_for_client(name: str, request: HttpRequest, limit: int, seconds: int) -> bool:
    """Count a use for the client, and for the network around it, which has a larger limit."""
    # The client first: once refused, it uses up nothing of its neighbours'.
    return all(
        allowed(f"{name}:client", key, limit * factor, seconds)
        for key, factor in client_keys(request)
    )


def _moment(seconds):
    return datetime.fromtimestamp(seconds, UTC)


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
