"""Addresses that want no more mail about a supplier."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Supplier


class Mute(models.Model):
    """An address that wants no mail about a supplier; requests treat it as an unknown address."""

    address = models.EmailField(_("e-mail"))
    supplier = models.ForeignKey(
        Supplier, models.CASCADE, related_name="mutes", verbose_name=_("supplier")
    )
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("muted address")
        verbose_name_plural = _("muted addresses")
        constraints = [
            models.UniqueConstraint(fields=["address", "supplier"], name="one_mute_per_supplier")
        ]

    def __str__(self):
        return self.address
