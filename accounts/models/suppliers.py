"""The supplier: a company that sells, and whether it may act."""

from collections.abc import Iterable
from datetime import datetime

import pghistory
from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.company_details import COLUMNS
from accounts.domains import company_domain
from accounts.models.choices import Audience
from accounts.models.companies import Company
from accounts.models.people import User
from core import mail
from core.states import transition


class SupplierQuerySet(models.QuerySet):
    def suspended(self):
        return self.filter(suspended_at__isnull=False)

    def due_to_close(self, now: datetime):
        return self.filter(closed_at=None, closing_at__lte=now)

    def sharing_domain(self, address: str):
        """Select open suppliers whose people have a verified address of the same company domain.

        Free mail has no company domain, and finds none.
        """
        domain = company_domain(address)
        if not domain:
            return self.none()
        of_domain = Q(email__iendswith=f"@{domain}") | Q(email__iendswith=f".{domain}")
        people = EmailAddress.objects.filter(of_domain, verified=True).values("user")
        somebody = Supplier.objects.filter(
            pk=OuterRef("pk"), memberships__is_active=True, memberships__user__is_active=True
        )
        # Closed and locked accounts count where nobody else is left: a colleague still finds the
        # company.
        counts = Q(memberships__user__is_active=True) | ~Exists(somebody)
        at_work = Q(memberships__user__in=people, memberships__is_active=True)
        return self.filter(at_work & counts, closed_at=None).distinct()


@pghistory.track(
    pghistory.UpdateEvent(),
    fields=["name", *COLUMNS],
    model_name="SupplierDetailsEvent",
    obj_field=pghistory.ObjForeignKey(related_name="details_events"),
)
class Supplier(Company):
    """A company that sells. A customer reads its details from a request on."""

    requires_second_factor = models.BooleanField(
        _("asks a second factor of its people"), default=False
    )
    searches_a_day = models.PositiveIntegerField(_("searches a day"), null=True, blank=True)
    suspended_at = models.DateTimeField(_("suspended"), null=True, blank=True, editable=False)
    suspended_because = models.CharField(
        _("reason of the suspension"), max_length=300, blank=True, editable=False
    )
    reports_count_from = models.DateTimeField(default=timezone.now, editable=False)
    closing_at = models.DateTimeField(_("closes"), null=True, blank=True, editable=False)
    closing_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    objects = SupplierQuerySet.as_manager()

    class Meta:
        verbose_name = _("supplier")
        verbose_name_plural = _("suppliers")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(suspended_at__isnull=True) | ~Q(suspended_because=""),
                name="suspension_has_a_reason",
            )
        ]

    @property
    def is_suspended(self):
        return self.suspended_at is not None

    @property
    def search_limit(self):
        return (
            settings.PORTAL_SEARCHES_A_DAY if self.searches_a_day is None else self.searches_a_day
        )

    def allow_searches(self, number: int | None, *, now: datetime, actor: User) -> None:
        """Give the supplier its own number of searches a day, None for the portal's."""
        with transaction.atomic():
            Supplier.objects.filter(pk=self.pk).update(searches_a_day=number)
            self.record(
                "searches_allowed", now, actor=actor, audience=Audience.OPERATOR, number=number
            )

    def suspend(self, reason: str, *, now: datetime, actor: User | None = None) -> None:
        """Stop the supplier from searching and requesting, and tell its admins.

        Raises AlreadyDecided when it is suspended.
        """
        with transaction.atomic():
            transition(
                Supplier.objects.filter(pk=self.pk, suspended_at=None),
                suspended_at=now,
                suspended_because=reason,
            )
            self.suspended_at, self.suspended_because = now, reason
            self.record("supplier_suspended", now, actor=actor, reason=reason)
            self.mail_admins("supplier_suspended")

    def lift_suspension(self, reason: str, *, now: datetime, actor: User) -> None:
        """Let the supplier search and request again, and tell its admins.

        Raises AlreadyDecided when it is not suspended.
        """
        with transaction.atomic():
            transition(
                Supplier.objects.filter(pk=self.pk, suspended_at__isnull=False),
                suspended_at=None,
                suspended_because="",
                # From now on: with the older reports, the next would suspend it again.
                reports_count_from=now,
            )
            self.suspended_at, self.suspended_because, self.reports_count_from = None, "", now
            self.record("suspension_lifted", now, actor=actor, reason=reason)
            self.mail_admins("suspension_lifted")

    def require_second_factor(self, required: bool, *, now: datetime, actor: User) -> None:
        """Ask a second factor of everybody who works here, or no longer.

        People without a factor get a mail.
        """
        with transaction.atomic():
            changed = Supplier.objects.filter(pk=self.pk, requires_second_factor=not required)
            if not changed.update(requires_second_factor=required):
                return  # a second click, which mails nobody again
            self.requires_second_factor = required
            kind = "second_factor_required" if required else "second_factor_free"
            self.record(kind, now, actor=actor)
            if required:
                members = self.memberships.active().with_second_factor().select_related("user")
                self.mail_members("second_factor_required", members.filter(has_second_factor=False))

    def one_at_a_time(self) -> None:
        """Lock the supplier, so that other changes of its team wait for the caller's transaction.

        It comes before any lock of a row of the team: two transactions that lock in different
        orders would wait for each other.
        """
        Supplier.objects.select_for_update(no_key=True).get(pk=self.pk)

    def admins(self):
        return self.memberships.admins().select_related("user")

    def has_deactivated(self, user: User) -> bool:
        return self.memberships.filter(user=user, is_active=False).exists()

    def verified_domains(self) -> set[str]:
        """Return the company domains of its active people's verified addresses."""
        people = self.memberships.active().values("user")
        addresses = EmailAddress.objects.filter(user__in=people, verified=True).values_list(
            "email", flat=True
        )
        return {domain for domain in map(company_domain, addresses) if domain}

    def mail_admins(self, name: str, **context) -> None:
        """Write the named mail to every active admin, whatever they chose about news."""
        self.mail_members(name, self.admins(), **context)

    def mail_members(self, name: str, members: Iterable[models.Model], **context) -> None:
        """Write the named mail to the people of these memberships, each in their language."""
        for user in [member.user for member in members]:
            mail.send(
                name,
                user.email,
                user.mail_language,
                about=self,
                supplier=self,
                person=user,
                **context,
            )

    def record(self, kind: str, now: datetime, *, actor: User | None = None, **data) -> None:
        self.audit_entries.record(kind, about=self, supplier=self, actor=actor, at=now, **data)
