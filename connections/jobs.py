"""What the worker does for requests, by the clock or when a mail fails."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from procrastinate import RetryStrategy

from connections.models import (
    BatchState,
    ConnectionRequest,
    Invitation,
    InvitationBatch,
    invited_until,
)
from connections.models.invitations import no_longer_invited
from core.jobs import TRY_AGAIN, app, each
from core.models import Mail
from customers.models import Customer


@app.task(queue="default", retry=TRY_AGAIN)
def reroute(mail_id):
    """A mail about a request failed for good: its request goes the way of an unknown contact."""
    mail = Mail.objects.get(pk=mail_id)
    ConnectionRequest.objects.get(pk=mail.about_id).reroute(mail.to, now=timezone.now())


@app.periodic(cron="*/10 * * * *")
@app.task(queue="default", queueing_lock="expire_requests")
def expire_requests(timestamp):
    """Expire what is overdue; one that was decided meanwhile is left alone."""
    now = timezone.now()
    overdue = ConnectionRequest.objects.overdue(now).select_related(
        "supplier", "customer", "profile"
    )
    each(overdue.iterator(), lambda request: request.expire(now=now))


@app.periodic(cron="5 * * * *")
@app.task(queue="default", queueing_lock="remind_contacts")
def remind_contacts(timestamp):
    """Remind the contacts of requests whose reminder day has come."""
    now = timezone.now()
    due = ConnectionRequest.objects.due_for_reminder(now).select_related(
        "supplier", "customer", "profile"
    )
    each(due.iterator(), lambda request: request.remind(now=now))


@app.task(queue="default", retry=RetryStrategy(max_attempts=3, wait=60))
def send_batch(batch_id):
    """Send a batch of invitations chunk by chunk; killed in the middle, it goes on after the last whole chunk."""
    batch = InvitationBatch.objects.get(pk=batch_id)
    while batch.send_chunk(now=timezone.now()):
        pass


@app.periodic(cron="*/10 * * * *")
@app.task(queue="default", queueing_lock="expire_invitations")
def expire_invitations(timestamp):
    """Expire what is overdue; one that was answered meanwhile is left alone."""
    now = timezone.now()
    overdue = Invitation.objects.overdue(now).select_related("customer")
    each(overdue.iterator(), lambda invitation: invitation.expire(now=now))


@app.periodic(cron="* * * * *")
@app.task(queue="default", queueing_lock="settle_invitations")
def settle_invitations(timestamp):
    """Show open invitations to suppliers that have gained an admin with the invited address."""
    now = timezone.now()

    def show(invitation):
        Customer.objects.select_for_update(no_key=True).get(pk=invitation.customer_id)
        known = invitation.customer.profiles.filter(invited_until__gt=now).values_list(
            "supplier", flat=True
        )
        invited_until.refresh(
            invitation.customer, [invitation.email], now, notify=True, except_for=list(known)
        )

    each(Invitation.objects.unseen(now).select_related("customer"), show)


@app.periodic(cron="* * * * *")
@app.task(queue="default", queueing_lock="hide_invitations")
def hide_invitations(timestamp):
    """Show open invitations no longer to suppliers that have lost the admin with the invited address."""
    now = timezone.now()

    def hide(profile):
        Customer.objects.select_for_update(no_key=True).get(pk=profile.customer_id)
        invited_until.refresh_one(profile.supplier, profile.customer, now)

    each(no_longer_invited(now).select_related("supplier", "customer"), hide)


@app.periodic(cron="25 4 * * *")
@app.task(queue="default", queueing_lock="forget_invitations")
def forget_invitations(timestamp):
    """Forget invitations that were closed years ago, and the tables of batches once their mail is forgotten."""
    now = timezone.now()
    old = Invitation.objects.filter(
        decided_at__lt=now - timedelta(days=365 * settings.PORTAL_RECORD_YEARS)
    )
    with transaction.atomic():
        old.forget()
    batches = InvitationBatch.objects.filter(
        created_at__lt=now - timedelta(days=settings.PORTAL_MAIL_DAYS)
    )
    batches.exclude(state=BatchState.DONE).exclude(rows=[]).update(
        rows=[], state=BatchState.FORGOTTEN
    )
    batches.exclude(rows=[]).update(rows=[])
