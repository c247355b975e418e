"""The rules of asking: whether a supplier may ask a customer to connect, and why not."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from connections.models.choices import RequestStatus
from customers.models import CustomerProfile, Stage


class CannotRequest(Exception):
    """No request can be sent now.

    `code` is the Refusal that says why. `when` is the moment from which asking is possible again,
    None when no time helps. `asked` is the pending request that is the reason, if there is one.
    """

    def __init__(self, code, when=None, asked=None):
        super().__init__(code)
        self.code, self.when, self.asked = code, when, asked


class Refusal(models.TextChoices):
    SUSPENDED = (
        "suspended",
        _("Your company can’t send requests at the moment. Contact support to find out why."),
    )
    INVITATION_ONLY = (
        "invitation_only",
        _("This customer joins by invitation only. Ask your contact there to invite you."),
    )
    CONNECTED = "connected", _("You are already connected with this customer.")
    PENDING = (
        "pending",
        _("Your company has already asked this customer. The request is waiting for an answer."),
    )
    TOO_MANY = (
        "too_many",
        _(
            "Your company has asked this customer as often as it can. Contact support if they expect you."
        ),
    )
    DECLINED = "declined", _("This customer declined. You can ask again later.")
    MUTED = (
        "muted",
        _("This address asked for no more mail about the supplier. Choose another one."),
    )
    DAILY = "daily", _("Your company has sent all its requests for today. Try again tomorrow.")


@dataclass(frozen=True)
class PairHistory:
    """The requests of a supplier to a customer so far, as far as they decide about the next."""

    is_waiting: bool = False
    times_asked: int = 0
    declined_at: datetime | None = None
    newest: models.Model | None = None

    @classmethod
    def of(cls, newest: models.Model, now: datetime) -> "PairHistory":
        """Read the history from the pair's newest request, which comes from with_history()."""
        is_waiting = newest.status_at(now) == RequestStatus.PENDING
        return cls(is_waiting, newest.times_asked, newest.declined_at, newest)

    @property
    def again_from(self) -> datetime | None:
        # The end of the pause after the last decline.
        pause = timedelta(days=settings.PORTAL_DAYS_AFTER_DECLINE)
        return self.declined_at and self.declined_at + pause


def why_not(profile: CustomerProfile, history: PairHistory, now: datetime) -> CannotRequest | None:
    """Say why the profile's supplier may not ask its customer; None when it may.

    Today's number of requests is not part of it.
    """
    customer = profile.customer
    if profile.supplier.is_suspended:
        return CannotRequest(Refusal.SUSPENDED)
    if not (customer.is_listed and customer.takes_requests):
        return CannotRequest(Refusal.INVITATION_ONLY)
    if profile.stage == Stage.CONNECTED:
        return CannotRequest(Refusal.CONNECTED)
    if history.is_waiting:
        return CannotRequest(Refusal.PENDING, asked=history.newest)
    if history.times_asked >= profile.requests_allowed:
        return CannotRequest(Refusal.TOO_MANY)
    if history.again_from and history.again_from > now:
        return CannotRequest(Refusal.DECLINED, when=history.again_from)
    return None
