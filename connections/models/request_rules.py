"""Whether a supplier may ask a customer to connect, and why not."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models import Stage


class CannotRequest(Exception):
    """Why no request can be sent now; `code` is a Refusal, `when` the day from which it can, when time heals it."""

    def __init__(self, code, when=None, request=None):
        super().__init__(code)
        self.code, self.when, self.request = code, when, request


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
    """What went before between a supplier and a customer, as far as it decides about asking again."""

    is_waiting: bool = False
    asked: int = 0
    declined_at: datetime | None = None
    request: models.Model | None = None  # the pair's newest

    @property
    def again_from(self):
        """When the pause after the last decline ends, None without one."""
        return self.declined_at and self.declined_at + timedelta(
            days=settings.PORTAL_DAYS_AFTER_DECLINE
        )


def why_not(profile, history, now):
    """The CannotRequest that stands against asking, today's number apart, None without one; `history` is the pair's."""
    customer = profile.customer
    if profile.supplier.is_suspended:
        return CannotRequest(Refusal.SUSPENDED)
    if not (customer.is_listed and customer.takes_requests):
        return CannotRequest(Refusal.INVITATION_ONLY)
    if profile.stage == Stage.CONNECTED:
        return CannotRequest(Refusal.CONNECTED)
    if history.is_waiting:
        return CannotRequest(Refusal.PENDING, request=history.request)
    if history.asked >= profile.requests_allowed:
        return CannotRequest(Refusal.TOO_MANY)
    if history.again_from and history.again_from > now:
        return CannotRequest(Refusal.DECLINED, when=history.again_from)
    return None
