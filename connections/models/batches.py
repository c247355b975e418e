"""Many invitations at once: read, judged, sent by the worker, chunk by chunk, and stopped or resumed at any time."""

import uuid
from collections import Counter

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from connections.models.invitation_checks import CannotInviteSupplier, Verdict, check_rows
from connections.models.invitations import Invitation
from core.jobs import app
from core.models import DailyCount, today
from core.states import transition
from customers.models import Customer

CHUNK = 500


class BatchState(models.TextChoices):
    READ = "read", _("read, nothing sent yet")
    SENDING = "sending", _("being sent")
    PAUSED = "paused", _("paused")
    DONE = "done", _("all sent")
    FORGOTTEN = "forgotten", _("not all sent, rows forgotten")


class InvitationBatch(models.Model):
    """A table of suppliers to invite for a customer. Nothing is sent before the operator has seen what becomes of each row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="+", verbose_name=_("customer")
    )
    file_name = models.CharField(_("file"), max_length=200, editable=False)
    rows = models.JSONField(editable=False)
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=BatchState.choices,
        default=BatchState.READ,
        editable=False,
    )
    done = models.PositiveIntegerField(_("rows done"), default=0, editable=False)
    sent = models.PositiveIntegerField(_("invitations sent"), default=0, editable=False)
    created_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", editable=False, verbose_name=_("by")
    )
    created_at = models.DateTimeField(_("read"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("batch of invitations")
        verbose_name_plural = _("batches of invitations")
        ordering = ["-created_at"]

    def __str__(self):
        return f"{self.customer}, {self.file_name}"

    @classmethod
    def keep(cls, customer, file_name, rows, *, now, actor):
        """Keep the rows of `imports.read()` with what would become of each today."""
        judged = check_rows(customer, rows, now=now)
        return cls.objects.create(
            customer=customer,
            file_name=file_name[:200],
            rows=judged,
            created_by=actor,
            created_at=now,
        )

    def start(self):
        """Let the worker send what is new, from where it stopped. AlreadyDecided when it is being sent or done."""
        with transaction.atomic():
            waiting = InvitationBatch.objects.filter(
                pk=self.pk, state__in=[BatchState.READ, BatchState.PAUSED]
            )
            transition(waiting, state=BatchState.SENDING)
            app.configure_task("connections.jobs.send_batch", queue="default").defer(
                batch_id=str(self.pk)
            )

    def pause(self):
        """Stop after the chunk that is being sent. AlreadyDecided when nothing is being sent."""
        transition(
            InvitationBatch.objects.filter(pk=self.pk, state=BatchState.SENDING),
            state=BatchState.PAUSED,
        )

    def send_chunk(self, *, now):
        """Send the next rows in one transaction; whether there is more to do. Pauses when today's number is used up."""
        with transaction.atomic():
            batch = InvitationBatch.objects.select_for_update(of=["self"]).select_related(
                "customer", "created_by"
            )
            batch = batch.get(pk=self.pk)
            if batch.state != BatchState.SENDING:
                return False
            size = min(CHUNK, max(self.left_today(now), 1))  # the day's last places are taken too
            chunk = batch.rows[batch.done : batch.done + size]
            try:
                with transaction.atomic():
                    sent = Invitation.send(
                        batch.customer, chunk, now=now, actor=batch.created_by, batch=batch
                    )
            except CannotInviteSupplier:
                batch.state = BatchState.PAUSED
            else:
                batch.done, batch.sent = batch.done + len(chunk), batch.sent + len(sent)
                batch.state = (
                    BatchState.DONE if batch.done >= len(batch.rows) else BatchState.SENDING
                )
            batch.save(update_fields=["done", "sent", "state"])
        return batch.state == BatchState.SENDING

    @property
    def verdicts(self):
        """[(Verdict, number)] of its rows, as they were judged when it was read."""
        found = Counter(row["verdict"] for row in self.rows)
        return [(verdict, found[verdict.value]) for verdict in Verdict if found[verdict.value]]

    @property
    def new(self):
        """How many rows would be sent."""
        return sum(row["verdict"] == Verdict.NEW for row in self.rows)

    @staticmethod
    def left_today(now):
        """How many invitations may still be sent today, over all customers."""
        used = DailyCount.objects.used("invitations", "all", today(now))
        return max(settings.PORTAL_INVITATIONS_A_DAY - used, 0)
