"""Exports: all data of a company in a file, to take away."""

from datetime import datetime, timedelta

from django.core.files import File
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEntry, Supplier, notify
from core.models import WorkInProgress, today
from core.models.files import private
from core.states import status_field

KEPT_DAYS = 7
GIVEN_UP = timedelta(hours=3)  # no export takes that long: its worker must have failed


class ExportStatus(models.TextChoices):
    QUEUED = "queued", _("Queued")
    WORKING = "working", _("Being made")
    READY = "ready", _("Ready")
    GONE = "gone", _("Deleted")


def place(row, name):
    return f"export/{row.pk.hex}"


class Export(WorkInProgress):
    """An admin's wish for the company's data; the worker makes the file, kept for a week."""

    TASK = "portal.jobs.make_export"
    RUNNING = (ExportStatus.QUEUED, ExportStatus.WORKING)

    supplier = models.ForeignKey(
        Supplier, models.PROTECT, related_name="exports", verbose_name=_("supplier")
    )
    status = status_field(ExportStatus)
    file = models.FileField(storage=private, upload_to=place, max_length=200, blank=True)
    size = models.PositiveBigIntegerField(_("bytes"), default=0)
    created_at = models.DateTimeField(_("asked"), default=timezone.now)
    finished_at = models.DateTimeField(_("ready"), null=True, blank=True)

    class Meta:
        verbose_name = _("company export")
        verbose_name_plural = _("company exports")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["supplier"],
                condition=Q(status__in=[ExportStatus.QUEUED, ExportStatus.WORKING]),
                name="one_export_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(status=ExportStatus.READY)
                | (Q(finished_at__isnull=False) & ~Q(file="")),
                name="ready_export_has_a_file",
            ),
        ]

    def __str__(self):
        return f"{self.supplier}, {today(self.created_at)}"

    @classmethod
    def ask(cls, supplier: Supplier, *, actor, now: datetime) -> "Export":
        """Queue an export with its job, and return it.

        Returns the export that the worker is still making, if there is one. An unfinished export of
        hours ago must have failed, and is given up.
        """
        with transaction.atomic():
            # Two admins at the same moment: the second waits, and finds the export of the first.
            Supplier.objects.select_for_update(no_key=True).get(pk=supplier.pk)
            unfinished = supplier.exports.filter(status__in=cls.RUNNING)
            unfinished.filter(created_at__lt=now - GIVEN_UP).update(status=ExportStatus.GONE)
            if running := unfinished.first():
                return running
            export = cls.objects.create(supplier=supplier, created_by=actor, created_at=now)
            AuditEntry.objects.record(
                "export_asked", about=export, supplier=supplier, actor=actor, at=now
            )
            export._defer()
        return export

    def advance(self, done: int, total: int) -> None:
        """Say how far the worker is; nothing changes once the export is finished or given up."""
        Export.objects.filter(pk=self.pk, status__in=self.RUNNING).update(
            status=ExportStatus.WORKING, done=done, total=total
        )

    def finish(self, content: File, *, now: datetime) -> None:
        """Keep the finished file and tell the admin who asked for it.

        Raises AlreadyDecided when it was finished or given up before.
        """
        with transaction.atomic():
            name = self.file.storage.save(place(self, ""), content)
            self._move(
                self.RUNNING,
                ExportStatus.READY,
                done=F("total"),
                file=name,
                size=content.size,
                finished_at=now,
            )
            notify(self.supplier, "export_ready", about=self, users=[self.created_by], at=now)

    def forget(self) -> None:
        """Delete the file; the row stays.

        Raises AlreadyDecided when there is no file.
        """
        name = self.file.name
        with transaction.atomic():
            self._move([ExportStatus.READY], ExportStatus.GONE, file="")
            # A rollback would leave a row whose file is gone, so the file goes last.
            transaction.on_commit(lambda: self.file.storage.delete(name))

    @property
    def until(self) -> datetime:
        return self.finished_at + timedelta(days=KEPT_DAYS)
