"""Tallies of limits against abuse: one statement on one row decides, so they hold in a race."""

import hashlib
from datetime import datetime

from django.db import connection, models, transaction

# Insert the row, or count it up while there is room in its window, or begin its next window. A row
# that has no room is left as it is, and the statement then tells of no row.
_SPEND = """
    INSERT INTO core_tally AS tally (name, key, used, ends_at)
    VALUES (%(name)s, %(key)s, 1, %(ends_at)s)
    ON CONFLICT (name, key) DO UPDATE SET
        used = CASE WHEN tally.ends_at <= %(now)s THEN 1 ELSE tally.used + 1 END,
        ends_at = CASE WHEN tally.ends_at <= %(now)s THEN excluded.ends_at ELSE tally.ends_at END
    WHERE tally.ends_at <= %(now)s OR tally.used < %(allowed)s
"""


def _digest(key):
    # Neither the length nor the bytes of what a stranger typed reach the table, and no address of
    # a person is kept in it.
    return hashlib.sha256(key.encode()).hexdigest()


class TallyQuerySet(models.QuerySet):
    """Uses that are counted, given back and asked for."""

    def spend(self, name: str, key: str, allowed: int, *, now: datetime, ends_at: datetime) -> bool:
        """Count a use of a limit for a key; False, nothing counted, if its window has no more.

        `ends_at` is the end of the window that begins with this use if none is running. Raises
        RuntimeError in a transaction, whose rollback would give the use back.
        """
        if allowed < 1:
            return False
        values = {"name": name, "key": _digest(key), "allowed": allowed}
        with transaction.atomic(durable=True), connection.cursor() as cursor:
            cursor.execute(_SPEND, values | {"now": now, "ends_at": ends_at})
            return bool(cursor.rowcount)

    def give_back(self, name: str, key: str) -> None:
        """Take one use back, as of a password that was right."""
        mine = self.filter(name=name, key=_digest(key), used__gt=0)
        mine.update(used=models.F("used") - 1)

    def is_spent(self, name: str, key: str, allowed: int, *, now: datetime) -> bool:
        """Say whether the running window has no more uses, and count nothing."""
        running = self.filter(name=name, key=_digest(key), ends_at__gt=now)
        return allowed < 1 or running.filter(used__gte=allowed).exists()

    def forget(self, name: str, key: str) -> None:
        """Let a limit begin anew for a key."""
        self.filter(name=name, key=_digest(key)).delete()


class Tally(models.Model):
    """How often a limit was used for a key in the window that ends at `ends_at`."""

    name = models.CharField(max_length=100)
    key = models.CharField(max_length=64)
    used = models.PositiveIntegerField()
    ends_at = models.DateTimeField()

    objects = TallyQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "key"], name="one_tally_a_key")]

    def __str__(self):
        return f"{self.name}: {self.used}"
