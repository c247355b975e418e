"""A long table for the operator's admin: read and checked by the worker, imported once the operator has seen what would come of it."""

import uuid
from contextlib import contextmanager

from django.conf import settings
from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from core.states import transition
from core.tabular import FORMATS, words_of

PROBLEMS_KEPT = 100
TRIES = 3  # of checking, and of importing; then something is wrong with the file or the machine


class ImportState(models.TextChoices):
    READING = "reading", _("being checked")
    READ = "read", _("checked, nothing imported yet")
    REFUSED = "refused", _("refused, nothing imported")
    IMPORTING = "importing", _("being imported")
    DONE = "done", _("imported")


class TableImport(models.Model):
    """One file for one django-import-export resource. All of it is imported, or nothing."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    resource = models.CharField(_("kind of table"), max_length=100)
    file_name = models.CharField(_("file"), max_length=200)
    format = models.PositiveSmallIntegerField()
    content = models.BinaryField()
    state = models.CharField(
        _("state"), max_length=10, choices=ImportState.choices, default=ImportState.READING
    )
    rows = models.PositiveIntegerField(_("rows"), default=0)
    done = models.PositiveIntegerField(_("rows done"), default=0)
    new = models.PositiveIntegerField(_("new"), default=0)
    updated = models.PositiveIntegerField(_("updated"), default=0)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    problems = models.JSONField(default=list)
    tries = models.PositiveSmallIntegerField(default=0, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    created_at = models.DateTimeField(_("uploaded"), default=timezone.now)

    class Meta:
        verbose_name = _("long import")
        verbose_name_plural = _("long imports")
        ordering = ["-created_at"]

    def __str__(self):
        return self.file_name

    @classmethod
    def begin(cls, resource, upload, format, *, actor, now):
        """Keep an uploaded file with the job that checks it; `format` is its place in FORMATS. Returns the row."""
        path = f"{resource.__module__}.{resource.__qualname__}"
        upload.seek(0)
        with transaction.atomic():
            kept = cls.objects.create(
                resource=path,
                file_name=upload.name[:200],
                format=format,
                content=upload.read(),
                created_by=actor,
                created_at=now,
            )
            kept._defer()
        return kept

    def confirm(self):
        """Let the worker import what was checked. AlreadyDecided when it is not waiting for that."""
        with transaction.atomic():
            transition(
                TableImport.objects.filter(pk=self.pk, state=ImportState.READ),
                state=ImportState.IMPORTING,
                done=0,
                tries=0,
            )
            self._defer()

    def work(self):
        """Check the table, or import it, as its state says; what was done already is left alone.

        Rows and state change in one transaction. A file that was begun TRIES times and never finished is refused.
        """
        if self.state not in (ImportState.READING, ImportState.IMPORTING):
            return
        if self.tries >= TRIES:
            self._refuse(_("The worker could not finish it. Upload the file again, or split it."))
            return
        TableImport.objects.filter(pk=self.pk).update(tries=models.F("tries") + 1)
        try:
            table = FORMATS[self.format]().create_dataset(bytes(self.content))
        except Exception as error:  # whatever a broken file makes the libraries stumble over
            self._refuse(words_of(error))
            return
        is_real = self.state == ImportState.IMPORTING
        with _beside(self.pk) as tell, transaction.atomic():
            tell(rows=len(table))
            resource = self.kind()
            resource.tell = lambda number: tell(done=number)
            result = resource.import_data(
                table,
                dry_run=not is_real,
                raise_errors=False,
                rollback_on_validation_errors=True,
                user=self.created_by,
            )
            self._keep(result, len(table), is_real)

    @property
    def kind(self):
        """The resource class that reads its rows."""
        return import_string(self.resource)

    def _keep(self, result, rows, is_real):
        totals = {
            "new": result.totals["new"],
            "updated": result.totals["update"],
            "unchanged": result.totals["skip"],
        }
        problems = result.problems
        state = (
            ImportState.REFUSED if problems else ImportState.DONE if is_real else ImportState.READ
        )
        over = {} if state == ImportState.READ else {"content": b""}
        self._leave(
            state, problems=problems[:PROBLEMS_KEPT], rows=rows, done=rows, **totals, **over
        )

    def _refuse(self, words):
        self._leave(
            ImportState.REFUSED, problems=[{"line": 0, "words": str(words)[:300]}], content=b""
        )

    def _leave(self, state, **changes):
        transition(TableImport.objects.filter(pk=self.pk, state=self.state), state=state, **changes)

    def _defer(self):
        app.configure_task("core.jobs.work_on_import", queue="default").defer(
            import_id=str(self.pk)
        )


@contextmanager
def _beside(pk):
    """tell(rows=…, done=…) writes progress by a connection of its own, so that it is seen while the import's transaction is open."""
    other = connection.copy()

    def tell(*, rows=None, done=None):
        with other.cursor() as cursor:
            cursor.execute(
                'UPDATE core_tableimport SET "rows" = coalesce(%s, "rows"), done = coalesce(%s, done) WHERE id = %s',
                [rows, done, pk],
            )

    try:
        yield tell
    finally:
        other.close()
