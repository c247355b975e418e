"""The company's documents, given once and offered to every customer's steps."""

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from accounts import file_quotas
from accounts.company_details import DOCUMENTS
from accounts.models.notifications import Letter, Notification, notify
from accounts.models.records import AuditEntry
from accounts.models.suppliers import Supplier
from core.models.files import StoredFile


class DocumentQuerySet(models.QuerySet):
    def newest(self):
        """The oldest first, so that a dict by kind ends with the newest of each."""
        return self.order_by("uploaded_at")

    def running_out(self, until):
        """Those valid until a day up to `until` whose people were not told yet."""
        return self.filter(expires_on__lte=until, told_of_expiry=False)


class Document(StoredFile):
    """A certificate or the like, with the day until which it is valid."""

    supplier = models.ForeignKey(
        Supplier, models.PROTECT, related_name="documents", verbose_name=_("supplier")
    )
    detail = models.CharField(_("kind"), max_length=40, choices=list(DOCUMENTS.items()))
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("added by")
    )
    told_of_expiry = models.BooleanField(default=False, editable=False)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")

    @classmethod
    def add(cls, supplier, upload, detail, expires_on, *, actor, now):
        """Keep a checked upload as a company document; returns it.

        Raises ValidationError when there is no room for it.
        """
        with transaction.atomic():
            file_quotas.make_room(supplier, upload.size, now=now, person=actor)
            document = cls.keep(
                upload,
                supplier=supplier,
                detail=detail,
                expires_on=expires_on,
                uploaded_by=actor,
                uploaded_at=now,
            )
            document._record("document_added", actor, now)
        return document

    @classmethod
    def adopt(cls, supplier, stored, detail, *, actor, now):
        """Keep a copy of a file that answered a customer's step as a company document; returns it.

        Raises ValidationError when there is no room for it.
        """
        with transaction.atomic():
            file_quotas.make_room(supplier, stored.size, now=now)
            about = {
                "supplier": supplier,
                "detail": detail,
                "expires_on": stored.expires_on,
                "uploaded_by": actor,
            }
            document = cls.copy_of(stored, uploaded_at=now, **about)
            document._record("document_added", actor, now)
        return document

    def remove(self, *, actor, now):
        """Delete it; what was submitted to customers stays with them."""
        with transaction.atomic():
            self._record("document_removed", actor, now)
            self.discard()

    def tell_of_expiry(self, *, now):
        """Tell the admins, once, that it runs out."""
        with transaction.atomic():
            if Document.objects.filter(pk=self.pk, told_of_expiry=False).update(
                told_of_expiry=True
            ):
                tell_of_expiry(
                    "document_expires", self, self.supplier.admins(), now, about=self.supplier
                )

    def _record(self, kind, actor, now):
        AuditEntry.objects.record(
            kind,
            about=self,
            supplier=self.supplier,
            actor=actor,
            at=now,
            document=self.detail,
            name=self.name,
        )


def tell_of_expiry(kind, stored, members, now, *, about, customer=""):
    """Ring the bell of `members` and mail them: a stored file runs out. `customer` is whom it was given to."""
    words = {"name": stored.name, "day": stored.expires_on.isoformat(), "customer": customer}
    people = [member.user for member in members]
    supplier = getattr(about, "supplier", about)
    path = Notification(kind=kind, object_id=about.pk).leads_to
    letter = Letter(
        people, {"stored": stored, "customer": customer, "path": path}, "document_expires"
    )
    notify(supplier, kind, about=about, users=people, at=now, letter=letter, **words)
