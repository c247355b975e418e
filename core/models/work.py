"""Long work of the worker, with a row that says how far it is."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from core.states import transition


class WorkInProgress(models.Model):
    """Work with a status of its own (`status_field()`) and `done` of `total` rows.

    An export counts tables and files.
    """

    TASK = ""  # the name of the job that takes the row's id
    RUNNING = ()  # the statuses in which the worker has the row

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    total = models.PositiveIntegerField(_("rows"), default=0, editable=False)
    done = models.PositiveIntegerField(_("rows done"), default=0, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("by"),
    )

    class Meta:
        abstract = True

    @property
    def is_running(self) -> bool:
        return self.status in self.RUNNING

    @property
    def percent(self) -> int:
        return 100 * self.done // max(self.total, 1)

    def _move(self, before: list[str], after: str, **columns) -> None:
        # AlreadyDecided when the row has another status than any of `before` by now.
        rows = type(self).objects.filter(pk=self.pk, status__in=before)
        transition(rows, status=after, **columns)

    def _defer(self) -> None:
        # In the caller's transaction: neither the row nor its job without the other.
        app.configure_task(self.TASK, queue="default").defer(row_id=str(self.pk))
