"""Leases: what only one may do at a time, over all processes, and that ends by itself."""

import uuid
from datetime import timedelta

from django.db import models
from django.db.models.functions import Now


class LeaseQuerySet(models.QuerySet):
    """Leases that are taken, given back and forgotten."""

    def take(self, name: str, seconds: float) -> uuid.UUID | None:
        """Take the lease of that name for so long; return its token, None while another holds it.

        Call it outside of a transaction: until that ends, others who ask have to wait.
        """
        token = uuid.uuid4()
        # The row first, ended already: then one UPDATE decides, and of two at once the second waits
        # for the first and finds it taken. The database's clock, for web hosts may differ.
        Lease.objects.bulk_create(
            [Lease(name=name, token=token, until=Now())], ignore_conflicts=True
        )
        mine = self.filter(name=name, until__lte=Now())
        taken = mine.update(token=token, until=Now() + timedelta(seconds=seconds))
        return token if taken else None

    def give_back(self, name: str, token: uuid.UUID) -> None:
        """End a lease now, unless its time was over and somebody else has taken it."""
        self.filter(name=name, token=token).delete()

    def over(self) -> "LeaseQuerySet":
        """Select those that nobody gave back and whose time is over: their holders have died."""
        return self.filter(until__lte=Now())


class Lease(models.Model):
    """A right to do something alone until a moment; its row is there only while it is held."""

    name = models.CharField(max_length=80, primary_key=True)
    token = models.UUIDField()
    until = models.DateTimeField()

    objects = LeaseQuerySet.as_manager()

    def __str__(self):
        return self.name
