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
    never = User.objects.filter(memberships=None, is_staff=False, pending_company__isnull=False)
    never.exclude(emailaddress__verified=True).filter(date_joined__lt=timezone.now() - KEPT).delete()
