"""Long tables for the operator's admin: the worker checks them, and imports them once confirmed."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from core.models.work import WorkInProgress
from core.states import status_field
from core.tables import TableRefused

PROBLEMS_KEPT = 100  # nobody reads more before mending the file
TRIES = 3  # of checking, and of importing; then something is wrong with the file or the machine


class ImportStatus(models.TextChoices):
    READING = "reading", _("being checked")
    READ = "read", _("checked, nothing imported yet")
    REFUSED = "refused", _("refused, nothing imported")
    IMPORTING = "importing", _("being imported")
    DONE = "done", _("imported")


class TableImport(WorkInProgress):
    """A file for a django-import-export resource; all of it is imported, or nothing."""

    TASK = "core.jobs.work_on_import"
    RUNNING = (ImportStatus.READING, ImportStatus.IMPORTING)

    resource = models.CharField(_("kind of table"), max_length=100)
    file_name = models.CharField(_("file"), max_length=200)
    # Nothing reads it since 0.3, which finds the format itself; code of 0.2 writes it meanwhile.
    format = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    encoding = models.CharField(
        max_length=20, blank=True, default="", db_default="", editable=False
    )
    content = models.BinaryField()
    status = status_field(ImportStatus)
    new = models.PositiveIntegerField(_("new"), default=0)
    updated = models.PositiveIntegerField(_("updated"), default=0)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    problems = models.JSONField(default=list)
    tries = models.PositiveSmallIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(_("uploaded"), default=timezone.now)

    class Meta:
        verbose_name = _("long import")
        verbose_name_plural = _("long imports")
        ordering = ["-created_at"]

    def __str__(self):
        return self.file_name

    @classmethod
    def begin(cls, resource, upload, encoding: str = "", *, actor, now: datetime) -> "TableImport":
        """Keep an uploaded file for a TableResource, with the job that checks it.

        `encoding` is the one that the person chose for a text, '' when it is found without asking.
        """
        upload.seek(0)
        with transaction.atomic():
            kept = cls.objects.create(
                resource=f"{resource.__module__}.{resource.__qualname__}",
                file_name=upload.name[:200],
                encoding=encoding,
                content=upload.read(),
                created_by=actor,
                created_at=now,
            )
            kept._defer()
        return kept

    def confirm(self) -> None:
        """Let the worker import the checked file.

        Raises AlreadyDecided when it does not wait for that.
        """
        with transaction.atomic():
            self._move([ImportStatus.READ], ImportStatus.IMPORTING, done=0, tries=0)
            self._defer()

    def work(self) -> None:
        """Check the table, or import it, as its status says; do nothing when that is done.

        Rows and status change in one transaction. Refuses a file that was begun TRIES times and
        never finished.
        """
        if not self.is_running:
            return
        if self.tries >= TRIES:
            words = _("The worker could not finish it. Upload the file again, or split it.")
            self._refuse([{"line": 0, "words": str(words)}])
            return
        # Counted before the work, outside its transaction: a worker that is killed leaves its try
        # behind.
        TableImport.objects.filter(pk=self.pk).update(tries=models.F("tries") + 1)
        try:
            table = self.kind.read(
                io.BytesIO(self.content), person=f"import:{self.pk}", encoding=self.encoding
            )
        except TableRefused as refused:
            if refused.is_for_now:
                raise  # the job comes again
            self._refuse(refused.problems)
            return
        is_real = self.status == ImportStatus.IMPORTING
        with _progress_writer(self.pk) as tell, transaction.atomic():
            tell(total=len(table))
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
        # The resource class that reads its rows.
        return import_string(self.resource)

    def _keep(self, result, total, is_real):
        problems = result.problems
        after = ImportStatus.DONE if is_real else ImportStatus.READ
        after = ImportStatus.REFUSED if problems else after
        # A checked file stays, for it is read once more when it is imported.
        forgotten = {} if after == ImportStatus.READ else {"content": b""}
        self._leave(
            after,
            problems=problems[:PROBLEMS_KEPT],
            total=total,
            done=total,
            new=result.totals["new"],
            updated=result.totals["update"],
            unchanged=result.totals["skip"],
            **forgotten,
        )

    def _refuse(self, problems):
        self._leave(ImportStatus.REFUSED, problems=problems[:PROBLEMS_KEPT], content=b"")

    def _leave(self, after, **columns):
        self._move([self.status], after, **columns)


@contextmanager
def _progress_writer(pk) -> Iterator:
    # Gives tell(total=…) or tell(done=…), by a connection of its own, so that the page sees it
    # while the import's transaction is open.
    other = connection.copy()

    def tell(*, total=None, done=None):
        with other.cursor() as cursor:
            cursor.execute(
                "UPDATE core_tableimport SET total = coalesce(%s, total),"
                " done = coalesce(%s, done) WHERE id = %s",
                [total, done, pk],
            )

    try:
        yield tell
    finally:
        other.close()
