"""Rows that wait until somebody decides them, once: requests and invitations, with or without an end."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.states import transition

# The words that the machine knows; what a row can become besides is said by its model.
PENDING, EXPIRED, REVOKED = "pending", "expired", "revoked"


class DecidedOnceQuerySet(models.QuerySet):
    def pending(self):
        """Select what is not decided, whether or not its time is over."""
        return self.filter(status=PENDING)

    def may_become(self, status: str, now: datetime):
        """Select the rows that the door lets through to `status`."""
        return self.pending()

    def decide_all(self, status: str, now: datetime) -> int:
        """Decide every row that may become `status`; returns how many. Effects are the caller's."""
        return self.may_become(status, now).update(status=status, decided_at=now)


class DecidedOnce(models.Model):
    """A row that is pending until it is decided.

    A model adds its own words by `status_field()`, the first is 'pending'.
    """

    status = models.CharField(_("status"), max_length=10, default=PENDING)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(status=PENDING, decided_at__isnull=True)
                | (~Q(status=PENDING) & Q(decided_at__isnull=False)),
                name="%(app_label)s_%(class)s_decided_has_a_date",
            )
        ]

    def _decide(self, status: str, now: datetime, **columns) -> None:
        """Go through the one door out of pending.

        AlreadyDecided when another was faster, or the time is not right.
        """
        # Not read before: of two deciding at the same moment, the later UPDATE finds no pending
        # row.
        mine = type(self).objects.filter(pk=self.pk)
        transition(mine.may_become(status, now), status=status, decided_at=now, **columns)
        for name, value in {"status": status, "decided_at": now, **columns}.items():
            setattr(self, name, value)


class DecidedInTimeQuerySet(DecidedOnceQuerySet):
    def waiting(self, now: datetime):
        """Select what can still be answered.

        An overdue row counts as expired before the worker has run.
        """
        return self.pending().filter(expires_at__gt=now)

    def overdue(self, now: datetime):
        """Select what ran out and the worker has not expired yet."""
        return self.pending().filter(expires_at__lte=now)

    def may_become(self, status: str, now: datetime):
        if status == EXPIRED:
            return self.overdue(now)
        # Taking back needs no time; an answer does, and the worker may be late.
        return self.pending() if status == REVOKED else self.waiting(now)


class DecidedInTime(DecidedOnce):
    """A row that waits until a moment, and expires when nobody has decided it by then."""

    expires_at = models.DateTimeField(_("expires"))

    class Meta(DecidedOnce.Meta):
        abstract = True

    def status_at(self, now: datetime) -> str:
        """Say the status as it counts: what is overdue is expired before the worker has run."""
        is_overdue = self.status == PENDING and self.expires_at <= now
        return EXPIRED if is_overdue else self.status
