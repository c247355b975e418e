"""What every page behind a mailed link does: find its link, and answer for one that was never issued."""

from django.shortcuts import render

from portal import limits
from portal.models import Link

UNKNOWN_A_MINUTE = 30


def find(request, token, purpose):
    """The link of a token, whatever its condition; None for one that was never issued."""
    try:
        return Link.find(token, purpose)
    except Link.DoesNotExist:
        return None


def unknown(request):
    """The page of a link that was never issued (404); 429 for whoever tries many."""
    if not limits.allowed("unknown-link", limits.client_ip(request), UNKNOWN_A_MINUTE, 60):
        return limits.too_many(request, 60)
    return render(request, "unknown_link.html", status=404)
