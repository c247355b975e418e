"""The record of what happened, and questions to the operator."""

import uuid
from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Func, Q, Value
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.choices import Audience
from accounts.models.people import User
from accounts.models.suppliers import Supplier
from core import mail


class Without(Func):
    """JSON without some of its keys, by PostgreSQL's operator: `data - ARRAY['email', 'to']`."""

    arg_joiner = " - "
    template = "%(expressions)s"


class AuditQuerySet(models.QuerySet):
    def record(
        self,
        kind: str,
        *,
        about: models.Model,
        supplier: Supplier | None = None,
        customer_id: uuid.UUID | None = None,
        actor: User | None = None,
        address: str = "",
        audience: Audience = Audience.SUPPLIER,
        at: datetime | None = None,
        reason: str = "",
        **data,
    ) -> "AuditEntry":
        """Write an entry in the caller's transaction.

        Without `actor` and `address`, the portal itself did it. `reason` is the reason that the
        actor gave. `data` holds whatever the words of the kind name.
        """
        return AuditEntry.objects.create(
            kind=kind,
            actor=actor,
            address=address,
            supplier=supplier,
            customer_id=customer_id,
            object_type=about._meta.label_lower,
            object_id=str(about.pk),
            audience=audience,
            data=data | ({"reason": reason} if reason else {}),
            at=at or timezone.now(),
        )

    def forget(self, *keys: str) -> None:
        """Remove these keys from the recorded data."""
        keys = Cast(Value(list(keys)), ArrayField(models.TextField()))
        self.update(data=Without(models.F("data"), keys))

    def about(self, row: models.Model):
        return self.filter(object_type=row._meta.label_lower, object_id=str(row.pk))

    def for_supplier(self, supplier: Supplier):
        return self.filter(supplier=supplier, audience=Audience.SUPPLIER)

    def for_customer(self, customer_id: uuid.UUID):
        return self.filter(customer_id=customer_id, audience=Audience.CUSTOMER)


class AuditEntry(models.Model):
    """A deed: its doer, the row that it changed, and when.

    It is written in the transaction of the deed. Later only addresses are removed from it.
    """

    SUPPLIER, CUSTOMER, OPERATOR = Audience

    kind = models.CharField(_("what"), max_length=60)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who"),
    )
    address = models.EmailField(_("by link"), blank=True)
    supplier = models.ForeignKey(
        Supplier,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="audit_entries",
        verbose_name=_("supplier"),
    )
    # No ForeignKey: customers are the business of an app above this one, which knows none of its
    # models.
    customer_id = models.UUIDField(_("customer"), null=True, blank=True)
    object_type = models.CharField(_("type"), max_length=60)
    object_id = models.CharField(_("object"), max_length=40)
    at = models.DateTimeField(_("when"), default=timezone.now)
    data = models.JSONField(_("details"), default=dict, blank=True)
    audience = models.CharField(
        _("for"), max_length=10, default=Audience.SUPPLIER, choices=Audience.choices
    )

    objects = AuditQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["object_id", "at"], name="audit_timeline")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(audience=Audience.CUSTOMER) | Q(customer_id__isnull=False),
                name="entry_for_a_customer_names_it",
            )
        ]

    def __str__(self):
        return self.kind

    @property
    def template(self):
        return f"activity/{self.kind}.html"

    @property
    def by(self):
        # Suppliers know their colleagues by name, but of a customer's people no name.
        if self.actor:
            return _("The operator") if self.actor.is_staff else str(self.actor)
        return _("The customer") if self.address else _("The portal")


class SupportRequestQuerySet(models.QuerySet):
    def unanswered(self):
        return self.filter(closed_at=None)


class SupportRequest(models.Model):
    """A question to the operator, with the page that the person came from."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("person"),
    )
    supplier = models.ForeignKey(
        Supplier,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("supplier"),
    )
    email = models.EmailField(_("e-mail"))
    message = models.TextField(_("message"), max_length=5000)
    page = models.CharField(_("page the person came from"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("sent"), default=timezone.now, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    objects = SupportRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("support request")
        verbose_name_plural = _("support requests")
        ordering = ["-created_at"]

    def __str__(self):
        return self.email

    def send(self) -> None:
        """Save the question and mail it to the support address."""
        with transaction.atomic():
            self.save(force_insert=True)
            mail.send(
                "support_request",
                settings.SUPPORT_EMAIL,
                settings.PORTAL_LANGUAGE,
                about=self,
                question=self,
            )
