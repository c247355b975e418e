"""Suggestions that a supplier does not want to see."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import Supplier
from customers.models import Customer


class Dismissal(models.Model):
    """A suggestion that a supplier does not want to see."""

    supplier = models.ForeignKey(Supplier, models.CASCADE, related_name="dismissals")
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["supplier", "customer"], name="one_dismissal_per_pair")
        ]

    def __str__(self):
        return f"{self.supplier} – {self.customer}"
