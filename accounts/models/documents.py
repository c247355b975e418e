"""The company's documents, given once and offered to every customer's steps."""

from collections.abc import Iterable
from datetime import date, datetime

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from accounts.company_details import DOCUMENTS
from accounts.models.memberships import Membership
from accounts.models.notifications import Letter, notify
from accounts.models.people import User
from accounts.models.records import AuditEntry
from accounts.models.suppliers import Supplier
from accounts.notifications import get_kind
from core.models.files import StoredFile


class DocumentQuerySet(models.QuerySet):
    def newest(self):
        # The oldest first, so that a dict by kind ends with the newest of each.
        return self.order_by("uploaded_at")

    def running_out(self, until: date):
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
    def add(
        cls,
        supplier: Supplier,
        upload: UploadedFile,
        detail: str,
        expires_on: date | None,
        *,
        actor: User,
        now: datetime,
    ) -> "Document":
        """Keep a checked upload as a company document; returns the document."""
        with transaction.atomic():
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
    def adopt(
        cls, supplier: Supplier, stored: StoredFile, detail: str, *, actor: User, now: datetime
    ) -> "Document":
        """Keep a copy of a stored file as a company document; returns the document."""
        with transaction.atomic():
            document = cls.copy_of(
                stored,
                supplier=supplier,
                detail=detail,
                expires_on=stored.expires_on,
                uploaded_by=actor,
                uploaded_at=now,
            )
            document._record("document_added", actor, now)
        return document

    def remove(self, *, actor: User, now: datetime) -> None:
        """Delete the document; customers keep the copies that were submitted to them."""
        with transaction.atomic():
            self._record("document_removed", actor, now)
            self.discard()

    def tell_of_expiry(self, *, now: datetime) -> None:
        """Tell the admins, once, that the document runs out."""
        with transaction.atomic():
            # Of two workers at once, only the first changes the row and sends the news.
            untold = Document.objects.filter(pk=self.pk, told_of_expiry=False)
            if untold.update(told_of_expiry=True):
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


def tell_of_expiry(
    kind: str,
    stored: StoredFile,
    members: Iterable[Membership],
    now: datetime,
    *,
    about: models.Model,
    customer: str = "",
) -> None:
    """Ring the bell of `members` and mail them that a stored file runs out.

    The news is `about` the supplier, or about a row that has a supplier. `customer` names the
    customer that the file was given to, if there is any.
    """
    people = [member.user for member in members]
    context = {"stored": stored, "customer": customer, "path": get_kind(kind).address(about.pk)}
    notify(
        getattr(about, "supplier", about),
        kind,
        about=about,
        users=people,
        at=now,
        letter=Letter(people, context, "document_expires"),
        name=stored.name,
        day=stored.expires_on.isoformat(),
        customer=customer,
    )
