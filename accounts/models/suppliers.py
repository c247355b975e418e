"""The company that sells, what it says about itself, and whether it may act."""

import uuid
from datetime import timedelta

import pghistory
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField
from phonenumber_field.modelfields import PhoneNumberField

from accounts import company_details
from accounts.domains import company_domain
from accounts.models.choices import Audience, JoinStatus
from accounts.names import validate_name
from accounts.numbers import clean_registration_number
from core import mail
from core.states import transition


class SupplierQuerySet(models.QuerySet):
    def suspended(self):
        return self.filter(suspended_at__isnull=False)

    def due_to_close(self, now):
        return self.filter(closed_at=None, closing_at__lte=now)

    def sharing_domain(self, address):
        """Open suppliers that have people with a verified address of the same company domain; none for free mail.

        People whose account is closed or locked count only where nobody else is left, so that a colleague finds the company.
        """
        domain = company_domain(address)
        if not domain:
            return self.none()
        of_domain = Q(email__iendswith=f"@{domain}") | Q(email__iendswith=f".{domain}")
        people = EmailAddress.objects.filter(of_domain, verified=True).values("user")
        somebody = Supplier.objects.filter(
            pk=OuterRef("pk"), memberships__is_active=True, memberships__user__is_active=True
        )
        counts = Q(memberships__user__is_active=True) | ~Exists(somebody)
        at_work = Q(memberships__user__in=people, memberships__is_active=True)
        return self.filter(at_work & counts, closed_at=None).distinct()


@pghistory.track(
    pghistory.UpdateEvent(),
    fields=["name", *company_details.COLUMNS],
    model_name="SupplierDetailsEvent",
    obj_field=pghistory.ObjForeignKey(related_name="details_events"),
)
class Supplier(models.Model):
    """A company that sells. Its details are what a customer's contact sees from a request on."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("registered name"), max_length=160, validators=[validate_name])
    english_name = models.CharField(
        _("English name"), max_length=160, blank=True, validators=[validate_name]
    )
    representative = models.CharField(
        _("representative"), max_length=160, blank=True, validators=[validate_name]
    )
    country = CountryField(_("country"))
    registration_number = models.CharField(
        _("business registration number"), max_length=40, blank=True, validators=[validate_name]
    )
    registration_verified_at = models.DateTimeField(_("number verified"), null=True, blank=True)
    business_type = models.CharField(
        _("type of business"), max_length=100, blank=True, validators=[validate_name]
    )
    business_item = models.CharField(
        _("item of business"), max_length=100, blank=True, validators=[validate_name]
    )
    tax_number = models.CharField(
        _("tax number"), max_length=40, blank=True, validators=[validate_name]
    )
    postal_code = models.CharField(
        _("postal code"), max_length=12, blank=True, validators=[validate_name]
    )
    address = models.CharField(_("address"), max_length=300, blank=True, validators=[validate_name])
    phone = PhoneNumberField(_("phone"), blank=True)
    website = models.URLField(_("website"), max_length=200, blank=True)
    invoice_name = models.CharField(
        _("who receives tax invoices"), max_length=160, blank=True, validators=[validate_name]
    )
    invoice_email = models.EmailField(_("e-mail for tax invoices"), blank=True)
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

    def __str__(self):
        return self.name

    def clean(self):
        """The registration number stands as its country writes it."""
        super().clean()
        try:
            self.registration_number = clean_registration_number(
                self.registration_number, self.country.code
            )
        except ValidationError as error:
            raise ValidationError({"registration_number": error}) from error

    @property
    def is_suspended(self):
        return self.suspended_at is not None

    @property
    def search_limit(self):
        """Searches a day: the operator's number for this supplier, else the portal's."""
        return (
            settings.PORTAL_SEARCHES_A_DAY if self.searches_a_day is None else self.searches_a_day
        )

    def allow_searches(self, number, *, now, actor):
        """The operator gives it a daily number of its own, None for the portal's; only operators read of it."""
        with transaction.atomic():
            Supplier.objects.filter(pk=self.pk).update(searches_a_day=number)
            self._record(
                "searches_allowed", now, actor=actor, audience=Audience.OPERATOR, number=number
            )

    def suspend(self, reason, *, now, actor=None):
        """Stop searching and requesting until the operator decides; the admins are told. AlreadyDecided when suspended."""
        with transaction.atomic():
            transition(
                Supplier.objects.filter(pk=self.pk, suspended_at=None),
                suspended_at=now,
                suspended_because=reason,
            )
            self.suspended_at, self.suspended_because = now, reason
            self._record("supplier_suspended", now, actor=actor, reason=reason)
            self.mail_admins("supplier_suspended")

    def lift_suspension(self, reason, *, now, actor):
        """Let it search and request again; older reports no longer count. AlreadyDecided when not suspended."""
        with transaction.atomic():
            transition(
                Supplier.objects.filter(pk=self.pk, suspended_at__isnull=False),
                suspended_at=None,
                suspended_because="",
                reports_count_from=now,
            )
            self.suspended_at, self.suspended_because, self.reports_count_from = None, "", now
            self._record("suspension_lifted", now, actor=actor, reason=reason)
            self.mail_admins("suspension_lifted")

    def change_details(self, form_fields, *, now, actor):
        """Save edited company details; a changed registration number or country is no longer verified."""
        columns = list(form_fields)
        if {"registration_number", "country"} & set(form_fields):
            self.registration_verified_at = None
            columns.append("registration_verified_at")
        with transaction.atomic():
            self.save(update_fields=columns)
            self._record("company_changed", now, actor=actor, fields=sorted(form_fields))

    def require_second_factor(self, asks, *, now, actor):
        """Ask a second factor of everybody who works here, or no longer; whoever has none is told. Nothing when it is so already."""
        with transaction.atomic():
            changed = Supplier.objects.filter(pk=self.pk, requires_second_factor=not asks)
            if not changed.update(requires_second_factor=asks):
                return
            self.requires_second_factor = asks
            self._record(
                "second_factor_required" if asks else "second_factor_free", now, actor=actor
            )
            lacking = self.memberships.active().with_second_factor().filter(has_second_factor=False)
            for member in lacking.select_related("user") if asks else []:
                user = member.user
                mail.send(
                    "second_factor_required",
                    user.email,
                    user.mail_language,
                    about=self,
                    supplier=self,
                    person=user,
                )

    def begin_closing(self, *, now, actor):
        """Close the company in some days; until then every admin can keep it open. AlreadyDecided when it closes already."""
        closes = now + timedelta(days=settings.PORTAL_CLOSING_DAYS)
        with transaction.atomic():
            open_ones = Supplier.objects.filter(pk=self.pk, closing_at=None, closed_at=None)
            transition(open_ones, closing_at=closes, closing_by=actor)
            self.closing_at, self.closing_by = closes, actor
            self._record("company_closing", now, actor=actor)
            self.mail_admins("company_closing", actor=actor)

    def keep_open(self, *, now, actor):
        """Don't close it after all. AlreadyDecided when it does not close, or is closed."""
        with transaction.atomic():
            closing = Supplier.objects.filter(pk=self.pk, closing_at__isnull=False, closed_at=None)
            transition(closing, closing_at=None, closing_by=None)
            self._record("company_kept", now, actor=actor)
            self.mail_admins("company_kept", actor=actor)

    def close(self, *, now):
        """The days are over: nobody works here any more, accounts and documents are gone. AlreadyDecided when it is not due.

        What customers got stays with them; connections/company_closing.py ends those before.
        """
        with transaction.atomic():
            transition(Supplier.objects.filter(pk=self.pk).due_to_close(now), closed_at=now)
            self.mail_admins("company_closed")
            self._record("company_closed", now)
            self.memberships.filter(is_active=True).update(is_active=False)
            self.team_invitations.revoke_all(now)
            self.join_requests.decide_all(JoinStatus.DECLINED, now)
            self.bank_accounts.current().update(removed_at=now, is_main=False)
            for document in self.documents.all():
                document.discard()

    def one_at_a_time(self):
        """Let whoever else changes the team wait until the caller's transaction ends. Comes before any lock of a row of the team."""
        Supplier.objects.select_for_update(no_key=True).get(pk=self.pk)

    def details(self):
        """What is known of the company as {key of accounts.company_details: text}, '' where nothing is."""
        known = {column: str(getattr(self, column) or "") for column in company_details.COLUMNS}
        return known | {
            "registered_name": self.name,
            "phone": self.phone.as_e164 if self.phone else "",
        }

    def verify_number(self, number, *, now, actor):
        """The operator has checked this registration number; suggestions may match by it. AlreadyDecided when another stands here."""
        with transaction.atomic():
            transition(
                Supplier.objects.filter(pk=self.pk, registration_number=number),
                registration_verified_at=now,
            )
            self.registration_verified_at = now
            self._record("number_verified", now, actor=actor, number=number)

    def admins(self):
        """The active admins' memberships, with their people."""
        return self.memberships.admins().select_related("user")

    def has_deactivated(self, user):
        """Whether the person worked here and does no longer."""
        return self.memberships.filter(user=user, is_active=False).exists()

    def verified_domains(self):
        """The company e-mail domains of its active people's verified addresses; free mail belongs to nobody."""
        people = self.memberships.active().values("user")
        addresses = EmailAddress.objects.filter(user__in=people, verified=True).values_list(
            "email", flat=True
        )
        return {domain for domain in map(company_domain, addresses) if domain}

    def mail_admins(self, name, **context):
        """Write the named mail to every active admin, each in their language, whatever they chose about news."""
        for user in [membership.user for membership in self.admins()]:
            mail.send(
                name,
                user.email,
                user.mail_language,
                about=self,
                supplier=self,
                person=user,
                **context,
            )

    def _record(self, kind, now, *, actor=None, **data):
        self.audit_entries.record(kind, about=self, supplier=self, actor=actor, at=now, **data)
