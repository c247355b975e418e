"""Rows that wait until somebody decides them, once: requests and invitations."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.states import transition

# The statuses that the machine knows; each model adds what else its rows can become.
PENDING, EXPIRED, REVOKED = "pending", "expired", "revoked"


class DecidedOnceQuerySet(models.QuerySet):
    def pending(self):
        """Select rows that nobody has decided, whether or not their time is over."""
        return self.filter(status=PENDING)

    def may_become(self, status: str, now: datetime):
        # The condition of every decision; see DecidedInTimeQuerySet.
        return self.pending()

    def decide_all(self, status: str, now: datetime) -> int:
        """Decide every row that may become `status`; returns how many.

        Effects are the caller's.
        """
        return self.may_become(status, now).update(status=status, decided_at=now)


class DecidedOnce(models.Model):
    """A row that is pending until it is decided.

    A model adds its own words by `status_field()`; the first is 'pending'.
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
        # Without reading the row before: of two decisions at the same moment, the later UPDATE
        # finds no pending row, and transition() raises AlreadyDecided.
        mine = type(self).objects.filter(pk=self.pk)
        transition(mine.may_become(status, now), status=status, decided_at=now, **columns)
        for name, value in {"status": status, "decided_at": now, **columns}.items():
            setattr(self, name, value)


class DecidedInTimeQuerySet(DecidedOnceQuerySet):
    def waiting(self, now: datetime):
        """Select rows that can still be answered.

        An overdue row counts as expired before the worker has run.
        """
        return self.pending().filter(expires_at__gt=now)

    def overdue(self, now: datetime):
        # Ran out, and the worker has not expired them yet.
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
        """Return the status as it counts: an overdue row is expired before the worker has run."""
        is_overdue = self.status == PENDING and self.expires_at <= now
        return EXPIRED if is_overdue else self.status
