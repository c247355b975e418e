"""The worker's jobs for accounts: forgetting what is over, digests, documents that run out."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from accounts import account_closing
from accounts.models import Document, KnownDevice, Notification, SupportRequest, User
from accounts.models.devices import KEPT_DAYS
from accounts.models.notifications import send_digest
from accounts.zones import zone
from core.jobs import app, each
from core.models import today

UNCONFIRMED_KEPT = timedelta(days=1)  # the code is over long before that
DIGEST_HOUR = 8  # in the morning, in the person's time zone


@app.periodic(cron="30 * * * *")
@app.task(queue="default", queueing_lock="forget_unverified")
def forget_unverified(timestamp):
    User.objects.unconfirmed().filter(date_joined__lt=timezone.now() - UNCONFIRMED_KEPT).delete()


@app.periodic(cron="50 3 * * *")
@app.task(queue="default", queueing_lock="forget_devices")
def forget_devices(timestamp):
    KnownDevice.objects.filter(seen_at__lt=timezone.now() - timedelta(days=KEPT_DAYS)).delete()


@app.periodic(cron="55 3 * * *")
@app.task(queue="default", queueing_lock="forget_people")
def forget_people(timestamp):
    """Erase accounts closed some days ago, old notifications and questions answered years ago."""
    now = timezone.now()
    Notification.objects.filter(
        created_at__lt=now - timedelta(days=settings.PORTAL_NOTIFICATION_DAYS)
    ).delete()
    long_ago = now - timedelta(days=365 * settings.PORTAL_RECORD_YEARS)
    SupportRequest.objects.filter(closed_at__lt=long_ago).delete()
    each(User.objects.to_erase(now), account_closing.erase)


@app.periodic(cron="5 * * * *")
@app.task(queue="default", queueing_lock="send_digests")
def send_digests(timestamp):
    now = timezone.now()
    users = User.objects.filter(is_active=True, notifications__in_digest=True).distinct()
    each(users, lambda user: _send_due_digest(user, now))


def _send_due_digest(user, now):
    morning = timezone.localtime(now, zone(user.time_zone)).replace(
        hour=DIGEST_HOUR, minute=0, second=0, microsecond=0
    )
    # Whatever the hour is: a worker that was down in the morning sends late rather than never.
    last_morning = morning if morning <= now else morning - timedelta(days=1)
    if user.notifications.filter(in_digest=True, created_at__lt=last_morning).exists():
        send_digest(user, now=now)


@app.periodic(cron="10 7 * * *")
@app.task(queue="default", queueing_lock="tell_of_documents")
def tell_of_documents(timestamp):
    now = timezone.now()
    documents = Document.objects.running_out(
        today(now) + timedelta(days=settings.PORTAL_EXPIRY_DAYS)
    )
    each(documents, lambda document: document.tell_of_expiry(now=now))
