"""What the worker does for requests, by the clock or when a mail fails."""

from django.utils import timezone

from connections import routing
from connections.models import ConnectionRequest
from portal.jobs import app
from portal.models import Mail
from portal.states import AlreadyDecided


@app.task(queue="default")
def reroute(mail_id):
    """A mail about a request failed for good: its request goes the way of an unknown contact."""
    mail = Mail.objects.get(pk=mail_id)
    routing.failed(ConnectionRequest.objects.get(pk=mail.about_id), mail.to, timezone.now())


@app.periodic(cron="*/10 * * * *")
@app.task(queue="default", queueing_lock="expire_requests")
def expire_requests(timestamp):
    """Expire what is overdue; one that was decided meanwhile is left alone."""
    now = timezone.now()
    for request in ConnectionRequest.objects.overdue(now).iterator():
        try:
            request.expire(now=now)
        except AlreadyDecided:
            continue


@app.periodic(cron="5 * * * *")
@app.task(queue="default", queueing_lock="remind_contacts")
def remind_contacts(timestamp):
    """Remind the contacts of requests whose reminder day has come."""
    now = timezone.now()
    for request in ConnectionRequest.objects.due_for_reminder(now).iterator():
        request.remind(now=now)
