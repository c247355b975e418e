"""Counters that promise a limit: exact when people race, for they are rows changed by one conditional UPDATE."""

from datetime import datetime, time, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone


def today(now):
    """The day that counts, in the portal's time zone."""
    return timezone.localtime(now, timezone.get_default_timezone()).date()


def starts_again(now):
    """The coming midnight of the portal's time zone, when every count starts again."""
    tomorrow = today(now) + timedelta(days=1)
    return datetime.combine(tomorrow, time(), timezone.get_default_timezone())


class DailyCountQuerySet(models.QuerySet):
    def spend(self, scope, key, day, limit, amount=1):
        """Take `amount` of `limit` for (scope, key, day) in the caller's transaction; False, with nothing taken, when fewer are left."""
        DailyCount.objects.bulk_create(
            [DailyCount(scope=scope, key=key, day=day)], ignore_conflicts=True
        )
        mine = self.filter(scope=scope, key=key, day=day, used__lte=limit - amount)
        return bool(mine.update(used=F("used") + amount))

    def give_back(self, scope, key, day, amount):
        """Lower the count by `amount`, never below 0."""
        self.filter(scope=scope, key=key, day=day).update(used=Greatest(F("used") - amount, 0))

    def mail_slot(self, address, now):
        """When the address may get its next mail about a supplier: None for now, else the midnight of a day with room.

        Takes the place, in the caller's transaction. Codes and what is about security don't ask. Who writes to several asks in
        the order of the addresses: two transactions would wait for each other else.
        """
        not_before, moment = None, now
        while not self.spend("mails", address, today(moment), settings.PORTAL_MAILS_A_DAY):
            moment = not_before = starts_again(moment)
        return not_before

    def used(self, scope, key, day):
        """How many were taken on that day."""
        return (
            self.filter(scope=scope, key=key, day=day).values_list("used", flat=True).first() or 0
        )


class DailyCount(models.Model):
    """How often something was done on a day: searches by supplier, person and domain, requests, mails to one address."""

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
