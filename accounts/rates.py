"""django-allauth's limits, counted in our rows.

Its own are lists in the cache, which loses them at random when it is full and with a rollback, and
know no network around an IPv4 address. Which limits there are is said by ACCOUNT_RATE_LIMITS and
MFA_RATE_LIMITS as ever.
"""

from dataclasses import dataclass

from allauth.core.exceptions import RateLimited
from allauth.core.internal import ratelimit
from django.http import HttpRequest

from core import limits
from core.models import Tally


@dataclass
class Usage:
    """The counters that a rate went through: [(name, key)]."""

    counted: list[tuple[str, str]]

    def rollback(self) -> None:
        """Take it back, as allauth does after a right password."""
        for name, key in self.counted:
            Tally.objects.give_back(name, key)


def connect() -> None:
    """Let allauth count by us: it has no setting for that, these two alone touch its cache."""
    ratelimit._consume_single_rate = consume
    ratelimit.clear = clear


def consume(
    request: HttpRequest,
    *,
    app: str,
    action: str,
    rate: ratelimit.Rate,
    key: str | None = None,
    user=None,
    dry_run: bool = False,
    raise_exception: bool = False,
) -> Usage | None:
    """Count a use of a rate, or only look with `dry_run`.

    Returns None, or raises RateLimited with `raise_exception`, where no more is allowed.
    """
    name, counted = _name(app, action, rate), []
    for each, factor in _keys(request, rate, key, user):
        if not _is_allowed(name, each, rate.amount * factor, rate.duration, dry_run):
            if raise_exception:
                raise RateLimited
            return None
        counted.append((name, each))
    return Usage(counted)


def clear(
    request: HttpRequest, *, app: str, action: str, config=None, key: str | None = None, user=None
) -> None:
    """Let all rates of an action begin anew, as allauth does after a new password."""
    for rate in ratelimit.get_rates(app=app, action=action, config=config):
        for each, _factor in _keys(request, rate, key, user):
            Tally.objects.forget(_name(app, action, rate), each)


def _name(app, action, rate):
    return f"{app}:{action}:{rate}"


def _keys(request, rate, key, user):
    if rate.per == "ip":
        return limits.client_keys(request)
    if rate.per == "user":
        return [(str((user or request.user).pk), 1)]
    return [(key, 1)]


def _is_allowed(name, key, amount, seconds, dry_run):
    if dry_run:
        return not limits.is_spent(name, key, amount)
    return limits.allowed_from_first(name, key, amount, seconds)
