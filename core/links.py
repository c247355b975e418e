"""What every page behind a mailed link does: find its link and what it leads to, and answer for one that was never issued."""

from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render

from core import limits
from core.models import Link

UNKNOWN_A_MINUTE = 30


def by_link(purpose, rows):
    """Give the view the link of the address's token, whatever its condition, and the row of `rows` that it leads to.

    No account is needed. A token that was never issued, or whose row is forgotten, gets its page (404); whoever tries many of
    them gets 429.
    """

    def decorate(view):
        @login_not_required
        @wraps(view)
        def wrapper(request, token, **more):
            link = Link.find(token, purpose)
            row = link and rows.filter(pk=link.object_id).first()
            return view(request, token, link, row, **more) if row else _unknown(request)

        return wrapper

    return decorate


def _unknown(request):
    if not limits.allowed("unknown-link", limits.client_ip(request), UNKNOWN_A_MINUTE, 60):
        return limits.too_many(request, 60)
    return render(request, "unknown_link.html", status=404)
