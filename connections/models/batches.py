"""Many invitations at once: a table of them, checked, and sent by the worker chunk by chunk."""

from collections import Counter
from datetime import datetime

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from connections.models import invitation_sending
from connections.models.invitation_checks import CannotInviteSupplier, Verdict, check_rows
from core.models import DailyCount, WorkInProgress, today
from core.states import status_field
from customers.models import Customer

CHUNK = 500  # rows that one transaction sends, so that a killed worker loses little


class BatchStatus(models.TextChoices):
    READ = "read", _("read, nothing sent yet")
    SENDING = "sending", _("being sent")
    PAUSED = "paused", _("paused")
    DONE = "done", _("all sent")
    FORGOTTEN = "forgotten", _("not all sent, rows forgotten")


class InvitationBatch(WorkInProgress):
    """A table of suppliers to invite for a customer.

    The operator sees the verdict on each row before anything is sent.
    """

    TASK = "connections.jobs.send_batch"
    RUNNING = (BatchStatus.SENDING,)

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="+", verbose_name=_("customer")
    )
    file_name = models.CharField(_("file"), max_length=200, editable=False)
    rows = models.JSONField(editable=False)
    status = status_field(BatchStatus)
    sent = models.PositiveIntegerField(_("invitations sent"), default=0, editable=False)
    created_at = models.DateTimeField(_("read"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("batch of invitations")
        verbose_name_plural = _("batches of invitations")
        ordering = ["-created_at"]

    def __str__(self):
        return f"{self.customer}, {self.file_name}"

    @classmethod
    def keep(
        cls, customer: Customer, file_name: str, rows: list[dict], *, now: datetime, actor: User
    ) -> "InvitationBatch":
        """Keep the rows of `imports.read()`, each with today's verdict; returns the batch."""
        return cls.objects.create(
            customer=customer,
            file_name=file_name[:200],
            rows=check_rows(customer, rows, now=now),
            total=len(rows),
            created_by=actor,
            created_at=now,
        )

    def start(self) -> None:
        """Let the worker send the new rows, from where it stopped.

        Raises AlreadyDecided when the worker is sending them, or all are sent.
        """
        with transaction.atomic():
            self._move([BatchStatus.READ, BatchStatus.PAUSED], BatchStatus.SENDING)
            self._defer()

    def pause(self) -> None:
        """Stop after the chunk in work; raises AlreadyDecided when none is."""
        self._move([BatchStatus.SENDING], BatchStatus.PAUSED)

    def send_chunk(self, *, now: datetime) -> bool:
        """Send the next rows in one transaction; say whether there is more to do.

        Pauses the batch when today's number is used up.
        """
        with transaction.atomic():
            # A worker that was taken for dead may still run: the second waits here, and goes on
            # after the first's chunk.
            rows = InvitationBatch.objects.select_for_update(of=["self"])
            batch = rows.select_related("customer", "created_by").get(pk=self.pk)
            if not batch.is_running:
                return False
            batch._send(now)
            batch.save(update_fields=["done", "sent", "status"])
        return batch.is_running

    def _send(self, now):
        # As many as today's number allows, so that its last places are taken too. When it is used
        # up, one row: sending it raises, and the batch pauses.
        size = min(CHUNK, max(self.left_today(now), 1))
        chunk = self.rows[self.done : self.done + size]
        try:
            with transaction.atomic():
                sent = invitation_sending.send(
                    self.customer, chunk, now=now, actor=self.created_by, batch=self
                )
        except CannotInviteSupplier:
            self.status = BatchStatus.PAUSED
            return
        self.done, self.sent = self.done + len(chunk), self.sent + len(sent)
        if self.done >= self.total:
            self.status = BatchStatus.DONE

    @property
    def verdicts(self) -> list[tuple[Verdict, int]]:
        """Count the rows by the Verdict they got when the table was read."""
        found = Counter(row["verdict"] for row in self.rows)
        return [(verdict, found[verdict.value]) for verdict in Verdict if found[verdict.value]]

    @property
    def new(self) -> int:
        return sum(row["verdict"] == Verdict.NEW for row in self.rows)

    @staticmethod
    def left_today(now: datetime) -> int:
        # The limit holds over all customers.
        used = DailyCount.objects.used("invitations", "all", today(now))
        return max(settings.PORTAL_INVITATIONS_A_DAY - used, 0)
