"""The worker's jobs of the plumbing: delivering mail, finding jobs of killed workers, cleaning up.

Each may run twice: a worker can be killed after the work and before it is marked as done.
"""

import logging
import smtplib
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.mail import BadHeaderError, get_connection
from django.db import connection, models, transaction
from django.utils import timezone, translation
from procrastinate import BaseRetryStrategy, RetryDecision, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker

from core.mail import message_of
from core.models import Code, DailyCount, Link, Mail, TableImport, Tally, today
from core.models.files import StoredFile
from core.models.imports import TRIES
from core.models.mail import DELIVER, MailStatus
from core.states import AlreadyDecided

log = logging.getLogger(__name__)
STALLED_AFTER = 30  # seconds without a heartbeat; a living worker gives one every 10
KEPT_HOURS = 72  # of finished jobs: the operator sees on Monday what failed on Friday
COUNTS_KEPT = timedelta(days=7)  # only today's counts decide anything
CODES_KEPT = timedelta(days=1)  # after their end
# For a job that is deferred once, by a person's click: it tries for a quarter of an hour. What
# the timetable runs needs none, for it comes again.
TRY_AGAIN = RetryStrategy(max_attempts=5, exponential_wait=5)


def each(rows: Iterable[models.Model], act: Callable[[models.Model], object]) -> None:
    """Call `act` with each row, in a transaction of its own; skip those decided meanwhile.

    A row that fails is logged and does not hold up those behind it. Raises an ExceptionGroup at the
    end, so that the job shows as failed.
    """
    failures = []
    for row in rows:
        try:
            with transaction.atomic():
                act(row)
        except AlreadyDecided:
            continue
        except Exception as error:
            log.exception("%s %s", row._meta.label, row.pk)
            failures.append(error)
    if failures:
        raise ExceptionGroup("some rows failed", failures)


class MailRetry(BaseRetryStrategy):
    """Tries again after 15 seconds, then after twice as long each time, up to 10 minutes."""

    LONGEST = timedelta(minutes=10)
    GIVE_UP = timedelta(days=3)  # as long as mail servers themselves hold on to a mail

    def get_retry_decision(self, *, exception, job):
        # The exponent is capped, for 2 ** attempts would overflow a timedelta.
        wait = min(timedelta(seconds=15 * 2 ** min(job.attempts, 10)), self.LONGEST)
        return RetryDecision(retry_in={"seconds": int(wait.total_seconds())})


class Undeliverable(Exception):
    """The server does not take a mail now; MailRetry says when to try again."""


@app.task(name=DELIVER, queue="mail", retry=MailRetry())
def deliver(mail_id: str) -> None:
    """Hand a mail to the server, at least once; raise Undeliverable to be tried again.

    Killed between handing over and marking, it goes out again with the same Message-ID.
    """
    mail = Mail.objects.filter(pk=mail_id, status=MailStatus.QUEUED).first()
    if not mail:
        return
    now = timezone.now()
    # A code or link that no longer works only confuses.
    if mail.valid_until and mail.valid_until <= now:
        mail.drop()
        return
    try:
        with get_connection(settings.MAIL_BACKEND, timeout=settings.EMAIL_TIMEOUT) as server:
            server.send_messages([message_of(mail)])
    except Exception as error:
        if _is_final(error) or mail.waits_since < now - MailRetry.GIVE_UP:
            _fail(mail, error)
            return
        mail.mark_tried(_words(error))
        raise Undeliverable(_words(error)) from error
    mail.mark_sent(timezone.now())


def _is_final(error):
    # Final is a refusal of the receiver or of the text by 5xx, and a mail that can't be written. A
    # refusal of the log-in or of the sender is not: the operator can put the settings right.
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _words in error.recipients.values())
    if isinstance(error, smtplib.SMTPDataError):
        return error.smtp_code >= 500
    # Some errors of the network are ValueErrors as well (ssl's certificate errors).
    return isinstance(error, BadHeaderError | UnicodeError | ValueError) and not isinstance(
        error, OSError
    )


def _words(error):
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        error = "; ".join(
            f"{code} {words.decode(errors='replace')}" for code, words in error.recipients.values()
        )
    # The server's words go into the database, which takes no NUL.
    return str(error).replace("\x00", "")[:1000] or type(error).__name__


def _fail(mail, error):
    # fail() is True once only: two workers never defer the job twice.
    with transaction.atomic():
        if mail.fail(_words(error)) and mail.on_failure:
            app.configure_task(mail.on_failure, queue="default").defer(mail_id=str(mail.pk))


@app.periodic(cron="* * * * * */15")
@app.task(queue="default", queueing_lock="retry_stalled", pass_context=True)
async def retry_stalled(context, timestamp: int) -> None:
    # Jobs of workers that were killed; a job that finished in between runs twice at worst.
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER):
        await manager.retry_job(job)


@app.periodic(cron="17 * * * *")
@app.task(queue="default", queueing_lock="clean_up")
def clean_up(timestamp: int) -> None:
    now = timezone.now()
    # Mails past their time, then rows that only say that a mail was sent.
    Mail.objects.stale(now).drop()
    Mail.objects.old(now).delete()
    Session.objects.filter(expire_date__lt=now).delete()
    Code.objects.filter(expires_at__lt=now - CODES_KEPT).delete()
    DailyCount.objects.filter(day__lt=today(now - COUNTS_KEPT)).delete()
    Tally.objects.filter(ends_at__lt=now).delete()
    Link.objects.forgettable(now - timedelta(days=365 * settings.PORTAL_RECORD_YEARS)).delete()
    with connection.cursor() as cursor:
        # The library's models are read-only. A job has no date of its own: its events do.
        cursor.execute(
            "DELETE FROM procrastinate_jobs j"
            " WHERE status IN ('succeeded', 'failed', 'cancelled', 'aborted') AND NOT EXISTS"
            " (SELECT FROM procrastinate_events e"
            "  WHERE e.job_id = j.id AND e.at > now() - make_interval(hours => %s))",
            [KEPT_HOURS],
        )


@app.task(
    name="core.jobs.work_on_import",
    queue="default",
    retry=RetryStrategy(max_attempts=TRIES + 1, wait=60),
)
def work_on_import(row_id: str) -> None:
    # Killed in the middle, it starts anew: nothing was kept.
    kept = TableImport.objects.select_related("created_by").get(pk=row_id)
    # Problems are written down in the words of the person who reads them.
    with translation.override(kept.created_by.mail_language):
        kept.work()


@app.periodic(cron="40 3 * * *")
@app.task(queue="default", queueing_lock="forget_orphans")
def forget_orphans(timestamp: int) -> None:
    # A day later: a younger file may belong to a transaction that is still open.
    for model in StoredFile.__subclasses__():
        model.forget_orphans(timezone.now() - timedelta(days=1))


def worker_is_alive(now: datetime) -> bool:
    return ProcrastinateWorker.objects.filter(
        last_heartbeat__gt=now - timedelta(seconds=STALLED_AFTER)
    ).exists()


def failed() -> models.QuerySet:
    return ProcrastinateJob.objects.filter(status="failed")
