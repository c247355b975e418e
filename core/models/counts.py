"""Counters that promise a limit: rows changed by one conditional UPDATE, so exact in a race."""

from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone


def today(now: datetime) -> date:
    """Return the day in the portal's time zone, by which every count goes."""
    return timezone.localtime(now, timezone.get_default_timezone()).date()


def starts_again(now: datetime) -> datetime:
    """Return the coming midnight of the portal's time zone, when every count starts again."""
    tomorrow = today(now) + timedelta(days=1)
    return datetime.combine(tomorrow, time(), timezone.get_default_timezone())


class DailyCountQuerySet(models.QuerySet):
    """Counts that are spent, given back and asked for."""

    def spend(self, scope: str, key: str, day: date, limit: int, amount: int = 1) -> bool:
        """Take `amount` of `limit` for (scope, key, day); False, nothing taken, if fewer are left.

        It happens in the caller's transaction, whose rollback gives it back.
        """
        # The row first, at 0: then one UPDATE decides, and of two at once the second waits.
        DailyCount.objects.bulk_create(
            [DailyCount(scope=scope, key=key, day=day)], ignore_conflicts=True
        )
        mine = self.filter(scope=scope, key=key, day=day, used__lte=limit - amount)
        return bool(mine.update(used=F("used") + amount))

    def give_back(self, scope: str, key: str, day: date, amount: int) -> None:
        # Never below 0: the operator may have given the whole day back before.
        self.filter(scope=scope, key=key, day=day).update(used=Greatest(F("used") - amount, 0))

    def mail_slot(self, address: str, now: datetime) -> datetime | None:
        """Take a place for the address's next mail about a supplier, in the caller's transaction.

        Returns None for now, or the midnight of the first day with room. Codes and mail about
        security don't ask. A caller that writes to several addresses asks in their order:
        otherwise two transactions could wait for each other.
        """
        not_before, moment = None, now
        while not self.spend("mails", address, today(moment), settings.PORTAL_MAILS_A_DAY):
            moment = not_before = starts_again(moment)
        return not_before

    def used(self, scope: str, key: str, day: date) -> int:
        counts = self.filter(scope=scope, key=key, day=day).values_list("used", flat=True)
        return counts.first() or 0


class DailyCount(models.Model):
    """The number of searches, requests, invitations or mails that somebody has spent on a day.

    `scope` says what is counted, `key` for whom: a supplier, a person, a domain, an address.
    """

    scope = models.CharField(max_length=20)
    key = models.CharField(max_length=254)
    day = models.DateField()
    used = models.PositiveIntegerField(default=0)

    objects = DailyCountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "key", "day"], name="one_count_a_day")
        ]

    def __str__(self):
        return f"{self.scope} {self.day}: {self.used}"
