"""What the worker does for accounts."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from accounts.models import Document, KnownDevice, User
from accounts.models.devices import KEPT_DAYS
from portal.jobs import app
from portal.models import today

KEPT = timedelta(days=1)


@app.periodic(cron="30 * * * *")
@app.task(queue="default", queueing_lock="forget_unverified")
def forget_unverified(timestamp):
    """Delete people who signed up a day ago and never confirmed their code; they own nothing."""
    User.objects.unconfirmed().filter(date_joined__lt=timezone.now() - KEPT).delete()


@app.periodic(cron="50 3 * * *")
@app.task(queue="default", queueing_lock="forget_devices")
def forget_devices(timestamp):
    """Forget browsers that nobody signed in from for a year."""
    KnownDevice.objects.filter(seen_at__lt=timezone.now() - timedelta(days=KEPT_DAYS)).delete()


@app.periodic(cron="10 7 * * *")
@app.task(queue="default", queueing_lock="tell_of_documents")
def tell_of_documents(timestamp):
    """Tell admins of company documents that run out within the coming days."""
    now = timezone.now()
    for document in Document.objects.running_out(today(now) + timedelta(days=settings.PORTAL_EXPIRY_DAYS)):
        document.tell_of_expiry(now=now)
