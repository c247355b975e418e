"""What the worker does for accounts."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from portal.jobs import app

KEPT = timedelta(days=1)


@app.periodic(cron="30 * * * *")
@app.task(queue="default", queueing_lock="forget_unverified")
def forget_unverified(timestamp):
    """Delete people who signed up a day ago and never confirmed their code; they own nothing."""
    User.objects.unconfirmed().filter(date_joined__lt=timezone.now() - KEPT).delete()
