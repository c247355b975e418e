"""Guard the pages behind mailed links: each finds its link, and the row that the link leads to."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.shortcuts import render

from core import limits
from core.models import Link

UNKNOWN_A_MINUTE = 30  # tokens can't be guessed; this only keeps a scanner from costing much


def by_link(purpose: str, rows: QuerySet) -> Callable:
    """Give a view the link of the token in its address, and the row of `rows` that it leads to.

    Use it as a decorator. The view needs no account and answers for used and expired links itself.
    A token that was never issued, or whose row is forgotten, gets a page of its own (404); a client
    that tries many of them gets 429.
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
    if not limits.allowed_for_client("unknown-link", request, UNKNOWN_A_MINUTE, 60):
        return limits.too_many(request, 60)
    return render(request, "unknown_link.html", status=404)
