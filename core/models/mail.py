"""Outgoing mail: rows, each with a job, written in the transaction that causes them.

The row says what became of the letter.
"""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from email.utils import make_msgid

from django.conf import settings
from django.db import models, transaction
from django.db.models import Min, Q
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from core.states import status_field

DELIVER = "core.jobs.deliver"
URGENT = 10  # priority of codes: ahead of all other mail


class MailStatus(models.TextChoices):
    QUEUED = "queued", _("queued")
    SENT = "sent", _("handed to the server")
    FAILED = "failed", _("failed")
    DROPPED = "dropped", _("no longer needed")


def new_message_id():
    return make_msgid(domain=settings.PUBLIC_HOST)


class MailQuerySet(models.QuerySet):
    def unsent(self):
        # A failed mail may be sent again.
        return self.filter(status__in=[MailStatus.QUEUED, MailStatus.FAILED])

    def drop(self):
        # Without its body, which may hold a link that has died.
        return self.unsent().update(status=MailStatus.DROPPED, text="", html="")

    def stale(self, now):
        # The code or link in it no longer works.
        return self.unsent().filter(valid_until__lte=now)

    def oldest_waiting(self, now):
        """Return since when the first mail that could go out waits; None when none waits."""
        due = self.filter(status=MailStatus.QUEUED).exclude(not_before__gt=now)
        return due.aggregate(
            since=Min(Greatest("created_at", Coalesce("not_before", "created_at")))
        )["since"]

    def old(self, now):
        over = self.exclude(status=MailStatus.QUEUED)
        return over.filter(created_at__lt=now - timedelta(days=settings.PORTAL_MAIL_DAYS))

    def about(self, thing):
        return self.filter(about_id=str(thing.pk))


class Mail(models.Model):
    """A letter to an address.

    Its body holds links: it is forgotten once the letter is sent, and the operator never sees it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("kind"), max_length=60)
    message_id = models.CharField(max_length=200, default=new_message_id, editable=False)
    sender = models.CharField(_("from"), max_length=254)
    to = models.EmailField(_("to"), max_length=254)
    language = models.CharField(_("language"), max_length=5)
    subject = models.CharField(_("subject"), max_length=300)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    status = status_field(MailStatus)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    smtp_reply = models.TextField(_("the server’s words"), blank=True)
    on_failure = models.CharField(max_length=100, blank=True, editable=False)
    about_type = models.CharField(_("about"), max_length=60, blank=True)
    about_id = models.CharField(max_length=40, blank=True, editable=False)
    link = models.ForeignKey(
        "Link", models.PROTECT, null=True, blank=True, related_name="mails", editable=False
    )
    queue = models.CharField(max_length=10, default="mail", editable=False)
    not_before = models.DateTimeField(_("not before"), null=True, blank=True)
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
    created_at = models.DateTimeField(_("queued"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mail")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["about_id"], name="mail_about_an_object"),
            models.Index(fields=["created_at"], name="waiting_mail", condition=Q(status="queued")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status__in=[MailStatus.SENT, MailStatus.DROPPED])
                | Q(text="", html=""),
                name="sent_mail_forgets_its_body",
            ),
            models.CheckConstraint(
                condition=Q(status=MailStatus.SENT, sent_at__isnull=False)
                | ~Q(status=MailStatus.SENT),
                name="sent_has_a_date",
            ),
        ]

    def __str__(self):
        return f"{self.name}: {self.to}"

    @property
    def waits_since(self):
        return max(self.created_at, self.not_before or self.created_at)

    def mark_sent(self, now: datetime) -> None:
        self._leave(MailStatus.SENT, sent_at=now, text="", html="", smtp_reply="")

    def mark_tried(self, words: str) -> None:
        # The operator reads the server's words while the mail waits for the next try.
        mine = Mail.objects.filter(pk=self.pk, status=MailStatus.QUEUED)
        mine.update(tries=models.F("tries") + 1, smtp_reply=words)

    def fail(self, words: str) -> bool:
        """Give the mail up; False when it no longer waits.

        The server's words stay for the operator.
        """
        return bool(self._leave(MailStatus.FAILED, smtp_reply=words))

    def drop(self) -> None:
        self._leave(MailStatus.DROPPED, text="", html="")

    def queue_again(self, *, now: datetime) -> bool:
        """Try a failed mail anew, with all its days.

        False when it is not failed, or its body is forgotten.
        """
        with transaction.atomic():
            failed = Mail.objects.filter(pk=self.pk, status=MailStatus.FAILED).exclude(text="")
            # By its new date it is as young as any other: MailRetry gives it all its days again.
            queued = failed.update(status=MailStatus.QUEUED, created_at=now, tries=0, smtp_reply="")
            if queued:
                self.defer()
        return bool(queued)

    def defer(self) -> None:
        """Give the worker the job of delivering the mail, in the caller's transaction."""
        priority = URGENT if self.queue == "codes" else 0
        job = app.configure_task(
            DELIVER, queue=self.queue, priority=priority, schedule_at=self.not_before
        )
        job.defer(mail_id=str(self.pk))

    @staticmethod
    def defer_all(mails: Iterable["Mail"]) -> None:
        """Give the worker the jobs of many letters, with a statement for each moment to send at."""
        by_day = {}
        for mail in mails:
            by_day.setdefault(mail.not_before, []).append({"mail_id": str(mail.pk)})
        for moment, jobs in by_day.items():
            app.configure_task(DELIVER, queue="mail", schedule_at=moment).batch_defer(*jobs)

    def _leave(self, status, **changes):
        changes["tries"] = models.F("tries") + 1
        return Mail.objects.filter(pk=self.pk, status=MailStatus.QUEUED).update(
            status=status, **changes
        )
