"""What happened, and what people asked the operator."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Func, Value
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.choices import Audience
from accounts.models.suppliers import Supplier
from core import mail


class Without(Func):
    """JSON without some of its keys, by PostgreSQL's operator: `data - ARRAY['email', 'to']`."""

    arg_joiner = " - "
    template = "%(expressions)s"


class AuditQuerySet(models.QuerySet):
    def record(
        self,
        kind,
        *,
        about,
        supplier=None,
        actor=None,
        address="",
        audience=Audience.SUPPLIER,
        at=None,
        reason="",
        **data,
    ):
        """Write one entry in the caller's transaction. Neither actor nor address means the system did it.

        `reason`: why, where somebody was asked for it.
        """
        return AuditEntry.objects.create(
            kind=kind,
            actor=actor,
            address=address,
            supplier=supplier,
            object_type=about._meta.label_lower,
            object_id=str(about.pk),
            audience=audience,
            data=data | ({"reason": reason} if reason else {}),
            at=at or timezone.now(),
        )

    def forget(self, *details):
        """Take these details out of what was recorded."""
        keys = Cast(Value(list(details)), ArrayField(models.TextField()))
        self.update(data=Without(models.F("data"), keys))

    def about(self, thing):
        return self.filter(object_type=thing._meta.label_lower, object_id=str(thing.pk))

    def for_supplier(self):
        """Entries that a supplier's people may read; those for the operator only are left out."""
        return self.filter(audience=Audience.SUPPLIER)


class AuditEntry(models.Model):
    """Who did what, to what, when: also the timeline of a request. Written in the transaction of the deed, never changed; only addresses go."""

    SUPPLIER, OPERATOR = Audience

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
    object_type = models.CharField(_("type"), max_length=60)
    object_id = models.CharField(_("object"), max_length=40)
    at = models.DateTimeField(_("when"), default=timezone.now)
    data = models.JSONField(_("details"), default=dict, blank=True)
    audience = models.CharField(
        _("for"),
        max_length=10,
        default=Audience.SUPPLIER,
        choices=Audience.choices,
    )

    objects = AuditQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["object_id", "at"], name="audit_timeline")]

    def __str__(self):
        return self.kind

    @property
    def template(self):
        """The words of what was done, for the people of the supplier."""
        return f"activity/{self.kind}.html"

    @property
    def by(self):
        """Who did it, as the supplier may know it: a colleague by name, the operator, a customer (never who there), the portal."""
        if self.actor:
            return _("The operator") if self.actor.is_staff else str(self.actor)
        return _("The customer") if self.address else _("The portal")


class SupportRequestQuerySet(models.QuerySet):
    def open(self):
        return self.filter(closed_at=None)


class SupportRequest(models.Model):
    """A question to the operator, with the page the person came from."""

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

    def send(self):
        """Keep the question and mail it to the support address, in one transaction."""
        with transaction.atomic():
            self.save(force_insert=True)
            mail.send(
                "support_request",
                settings.SUPPORT_EMAIL,
                settings.PORTAL_LANGUAGE,
                about=self,
                question=self,
            )
