"""What contacts say against a supplier, for the operator."""

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from accounts.models import Supplier
from customers.models import Customer

REASON = _("Several customers reported that they do not know this company.")


class ReportKind(models.TextChoices):
    """The first counts towards suspension, the second is for the operator to look at."""

    UNKNOWN_COMPANY = "unknown_company", _("We don’t know this company")
    NOT_US = "not_us", _("That was not us")


class Report(models.Model):
    """What a contact says against a supplier that asked."""

    request = models.ForeignKey(
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
                fields=["request", "kind", "address"], name="one_report_per_address"
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.supplier}"

    @classmethod
    def file(cls, request, kind, address, *, now):
        """Keep a report, once per address; enough of them from different customers suspend the supplier."""
        report = cls(
            request=request,
            supplier=request.supplier,
            customer=request.customer,
            kind=kind,
            address=address,
            at=now,
        )
        with transaction.atomic():
            cls.objects.bulk_create([report], ignore_conflicts=True)
            supplier = Supplier.objects.select_for_update(no_key=True).get(pk=request.supplier_id)
            if (
                kind == ReportKind.UNKNOWN_COMPANY
                and not supplier.is_suspended
                and cls._enough_against(supplier)
            ):
                with translation.override(
                    settings.PORTAL_LANGUAGE
                ):  # it is kept for the operator, whoever reports
                    reason = str(REASON)
                supplier.suspend(reason, now=now)

    @classmethod
    def _enough_against(cls, supplier):
        counted = cls.objects.filter(
            supplier=supplier, kind=ReportKind.UNKNOWN_COMPANY, at__gte=supplier.reports_count_from
        )
        return counted.values("customer").distinct().count() >= settings.PORTAL_REPORTS_TO_SUSPEND
