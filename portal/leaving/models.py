"""Everything that the portal holds about a company, as one file to take away."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from accounts.models import AuditEntry, Supplier, notify
from core.models import today
from core.models.files import private
from core.states import transition

KEPT_DAYS = 7
GIVEN_UP = timedelta(hours=3)


class State(models.TextChoices):
    QUEUED = "queued", _("Queued")
    WORKING = "working", _("Being made")
    READY = "ready", _("Ready")
    GONE = "gone", _("Deleted")


def place(row, name):
    return f"export/{row.pk.hex}"


class Export(models.Model):
    """One admin's wish for the company's data. The worker makes the file; it is kept for a week."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    supplier = models.ForeignKey(
        Supplier, models.PROTECT, related_name="exports", verbose_name=_("supplier")
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.QUEUED)
    percent = models.PositiveSmallIntegerField(_("percent"), default=0)
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
                condition=Q(state__in=[State.QUEUED, State.WORKING]),
                name="one_export_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.READY) | (Q(finished_at__isnull=False) & ~Q(file="")),
                name="ready_export_has_a_file",
            ),
        ]

    def __str__(self):
        return f"{self.supplier}, {today(self.created_at)}"

    @classmethod
    def ask(cls, supplier, *, actor, now):
        """Queue an export with its job; the one that is being made already, unless it has been for hours and must have failed."""
        with transaction.atomic():
            Supplier.objects.select_for_update(no_key=True).get(pk=supplier.pk)
            unfinished = supplier.exports.filter(state__in=[State.QUEUED, State.WORKING])
            unfinished.filter(created_at__lt=now - GIVEN_UP).update(state=State.GONE)
            if running := unfinished.first():
                return running
            export = cls.objects.create(supplier=supplier, requested_by=actor, created_at=now)
            AuditEntry.objects.record(
                "export_asked", about=export, supplier=supplier, actor=actor, at=now
            )
            app.configure_task("portal.jobs.make_export", queue="default").defer(
                export_id=str(export.pk)
            )
        return export

    def advance(self, percent):
        """Say how far the worker is."""
        Export.objects.filter(pk=self.pk, state__in=[State.QUEUED, State.WORKING]).update(
            state=State.WORKING, percent=percent
        )

    def finish(self, content, *, now):
        """Keep the finished file and tell who asked for it. AlreadyDecided when it was finished before."""
        with transaction.atomic():
            name = self.file.storage.save(place(self, ""), content)
            waiting = Export.objects.filter(pk=self.pk, state__in=[State.QUEUED, State.WORKING])
            transition(
                waiting,
                state=State.READY,
                percent=100,
                file=name,
                size=content.size,
                finished_at=now,
            )
            notify(self.supplier, "export_ready", about=self, users=[self.requested_by], at=now)

    def forget(self):
        """Delete the file; the row says that it was there."""
        name = self.file.name
        with transaction.atomic():
            transition(
                Export.objects.filter(pk=self.pk, state=State.READY), state=State.GONE, file=""
            )
            transaction.on_commit(lambda: self.file.storage.delete(name))

    @property
    def until(self):
        """When the file is deleted."""
        return self.finished_at + timedelta(days=KEPT_DAYS)
