"""Reports of contacts against a supplier, for the operator."""

from datetime import datetime

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from accounts.models import Supplier
from customers.models import Customer

REASON = _("Several customers reported that they do not know this company.")


class ReportKind(models.TextChoices):
    """The first kind counts towards suspension; the operator looks at the second."""

    UNKNOWN_COMPANY = "unknown_company", _("We don’t know this company")
    NOT_US = "not_us", _("That was not us")


class Report(models.Model):
    """A contact's complaint about a supplier that asked."""

    asked = models.ForeignKey(
        "ConnectionRequest", models.PROTECT, related_name="reports", verbose_name=_("request")
    )
    supplier = models.ForeignKey(
        Supplier, models.PROTECT, related_name="reports", verbose_name=_("supplier")
    )
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="reports", verbose_name=_("customer")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=ReportKind.choices)
    address = models.EmailField(_("by link"))
    at = models.DateTimeField(_("when"), default=timezone.now)
    handled_at = models.DateTimeField(_("handled"), null=True, blank=True)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(
                fields=["asked", "kind", "address"], name="one_report_per_address"
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.supplier}"

    @classmethod
    def file(cls, asked, kind: str, address: str, *, now: datetime) -> None:
        """Keep a report about a request, once per address.

        Enough reports of different customers suspend the supplier.
        """
        report = cls(
            asked=asked,
            supplier=asked.supplier,
            customer=asked.customer,
            kind=kind,
            address=address,
            at=now,
        )
        with transaction.atomic():
            cls.objects.bulk_create([report], ignore_conflicts=True)
            # Reports of several customers at once count one after the other, so that none is
            # missed.
            supplier = Supplier.objects.select_for_update(no_key=True).get(pk=asked.supplier_id)
            counts = kind == ReportKind.UNKNOWN_COMPANY and not supplier.is_suspended
            if counts and cls._are_enough_against(supplier):
                # The operator reads the reason, whatever language the contact speaks.
                with translation.override(settings.PORTAL_LANGUAGE):
                    reason = str(REASON)
                supplier.suspend(reason, now=now)

    @classmethod
    def _are_enough_against(cls, supplier):
        counted = cls.objects.filter(
            supplier=supplier, kind=ReportKind.UNKNOWN_COMPANY, at__gte=supplier.reports_count_from
        )
        return counted.values("customer").distinct().count() >= settings.PORTAL_REPORTS_TO_SUSPEND
