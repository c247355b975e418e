"""The worker's jobs for requests and invitations: by the clock, or when a mail fails."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from procrastinate import RetryStrategy

from connections.models import (
    BatchStatus,
    ConnectionRequest,
    Invitation,
    InvitationBatch,
    invited_until,
    request_contacts,
)
from core.jobs import TRY_AGAIN, app, each
from core.models import Mail


@app.task(queue="default", retry=TRY_AGAIN)
def reroute(mail_id):
    mail = Mail.objects.get(pk=mail_id)
    asked = ConnectionRequest.objects.get(pk=mail.about_id)
    request_contacts.reroute(asked, mail.to, now=timezone.now())


@app.periodic(cron="*/10 * * * *")
@app.task(queue="default", queueing_lock="expire_requests")
def expire_requests(timestamp):
    now = timezone.now()
    overdue = ConnectionRequest.objects.overdue(now).select_related(
        "supplier", "customer", "profile"
    )
    each(overdue.iterator(), lambda asked: asked.expire(now=now))


@app.periodic(cron="5 * * * *")
@app.task(queue="default", queueing_lock="remind_contacts")
def remind_contacts(timestamp):
    now = timezone.now()
    due = ConnectionRequest.objects.due_for_reminder(now).select_related(
        "supplier", "customer", "profile"
    )
    each(due.iterator(), lambda asked: request_contacts.remind(asked, now=now))


@app.task(queue="default", retry=RetryStrategy(max_attempts=3, wait=60))
def send_batch(row_id):
    """Send a batch chunk by chunk; killed in the middle, go on after the last whole chunk."""
    batch = InvitationBatch.objects.get(pk=row_id)
    while batch.send_chunk(now=timezone.now()):
        pass


@app.periodic(cron="*/10 * * * *")
@app.task(queue="default", queueing_lock="expire_invitations")
def expire_invitations(timestamp):
    now = timezone.now()
    overdue = Invitation.objects.overdue(now).select_related("customer")
    each(overdue.iterator(), lambda invitation: invitation.expire(now=now))


@app.periodic(cron="* * * * *")
@app.task(queue="default", queueing_lock="settle_invitations")
def settle_invitations(timestamp):
    """Show open invitations to suppliers that have gained an admin with the invited address."""
    now = timezone.now()

    def show(invitation):
        invitation.customer.one_at_a_time()
        # Suppliers that see an invitation of this customer already know it: no bell rings there.
        seeing = invitation.customer.profiles.filter(invited_until__gt=now)
        known = list(seeing.values_list("supplier", flat=True))
        invited_until.refresh(
            invitation.customer, [invitation.email], now, notify=True, except_for=known
        )

    each(Invitation.objects.unseen(now).select_related("customer"), show)


@app.periodic(cron="* * * * *")
@app.task(queue="default", queueing_lock="hide_invitations")
def hide_invitations(timestamp):
    """Hide open invitations from suppliers that have lost the admin with the invited address."""
    now = timezone.now()

    def hide(profile):
        profile.customer.one_at_a_time()
        invited_until.refresh_one(profile.supplier, profile.customer, now)

    profiles = Invitation.objects.profiles_to_hide_from(now)
    each(profiles.select_related("supplier", "customer"), hide)


@app.periodic(cron="25 4 * * *")
@app.task(queue="default", queueing_lock="forget_invitations")
def forget_invitations(timestamp):
    """Forget invitations closed years ago, and the tables of batches whose mail is forgotten."""
    now = timezone.now()
    old = Invitation.objects.filter(
        decided_at__lt=now - timedelta(days=365 * settings.PORTAL_RECORD_YEARS)
    )
    with transaction.atomic():
        old.forget()
    batches = InvitationBatch.objects.filter(
        created_at__lt=now - timedelta(days=settings.PORTAL_MAIL_DAYS)
    )
    with_rows = batches.exclude(rows=[])
    # What was never sent must not read as sent, so it is marked before the rows of all go.
    with_rows.exclude(status=BatchStatus.DONE).update(rows=[], status=BatchStatus.FORGOTTEN)
    with_rows.update(rows=[])
