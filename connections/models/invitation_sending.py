"""Sending invitations: fresh ones, again, to a corrected address, to a colleague.

Each verb first queues on the customer's row, so that what it has checked stays true until it has
written.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from accounts.models import User
from connections.models import invitation_mail, invited_until
from connections.models.choices import InvitationStatus
from connections.models.invitation_checks import (
    CannotInviteSupplier,
    Verdict,
    check_address,
    check_rows,
)
from connections.models.invitations import Invitation, record_all
from core.models import DailyCount, today
from core.states import transition
from customers.models import Customer


def send(
    customer: Customer,
    rows: Iterable[dict],
    *,
    now: datetime,
    actor: User | None,
    batch=None,
    forwarded_from: Invitation | None = None,
) -> list[Invitation]:
    """Invite the suppliers of those rows that are new by check_rows(); returns the invitations.

    A row is a dict of email, company, name, language and message. Raises CannotInviteSupplier, with
    nothing changed, when today's number does not suffice.
    """
    with transaction.atomic():
        customer.one_at_a_time()
        judged = check_rows(customer, rows, now=now)
        fresh = [row for row in judged if row["verdict"] == Verdict.NEW]
        _spend_of_today(len(fresh), now)
        addresses = [row["email"] for row in fresh]
        _expire_overdue(Invitation.objects.filter(customer=customer, email__in=addresses), now)
        invitations = Invitation.objects.bulk_create(
            Invitation(
                customer=customer,
                email=row["email"],
                company=row["company"],
                name=row["name"],
                language=row["language"],
                message=row["message"],
                invited_by=actor,
                batch=batch,
                forwarded_from=forwarded_from,
                created_at=now,
                expires_at=_end(now),
            )
            for row in fresh
        )
        invitation_mail.write(invitations, now)
        record_all("supplier_invited", invitations, now, actor)
        invited_until.refresh(customer, addresses, now, notify=True)
    return invitations


def resend(
    invitation: Invitation, *, now: datetime, actor: User | None = None, reason: str = ""
) -> None:
    """Mail a new link; the old link dies, and the days start anew.

    An invitation that has expired waits again. Raises AlreadyDecided when it was accepted or
    revoked, CannotInviteSupplier when today's number is used up, or the address is invited anew or
    connected already. `reason`: an operator's.
    """
    customer = invitation.customer
    with transaction.atomic():
        customer.one_at_a_time()
        if check_address(customer, invitation.email, now=now) == Verdict.CONNECTED:
            raise CannotInviteSupplier(Verdict.CONNECTED)
        _spend_of_today(1, now)
        same = Invitation.objects.filter(customer=customer, email=invitation.email)
        others = same.exclude(pk=invitation.pk)
        if others.waiting(now).exists():
            raise CannotInviteSupplier(Verdict.INVITED)
        _expire_overdue(others, now)
        invitation.expires_at = _end(now)
        # The only way back to pending: an invitation that has expired may be answered again.
        again = [InvitationStatus.PENDING, InvitationStatus.EXPIRED]
        transition(
            Invitation.objects.filter(pk=invitation.pk, status__in=again),
            status=InvitationStatus.PENDING,
            decided_at=None,
            expires_at=invitation.expires_at,
        )
        invitation.links().revoke(now)
        invitation_mail.write([invitation], now)
        record_all("invitation_resent", [invitation], now, actor, reason=reason)
        invited_until.refresh(customer, [invitation.email], now)


def correct(invitation: Invitation, email: str, *, now: datetime, actor: User) -> None:
    """Send a pending invitation to another address instead.

    Raises AlreadyDecided when it is not pending, CannotInviteSupplier for an address that can't be
    invited.
    """
    customer, before = invitation.customer, invitation.email
    email = User.objects.normalize_email(email)
    with transaction.atomic():
        customer.one_at_a_time()
        _check_is_new(customer, email, now)
        _expire_overdue(Invitation.objects.filter(customer=customer, email=email), now)
        mine = Invitation.objects.filter(pk=invitation.pk)
        transition(mine.pending(), email=email, opened_at=None)
        invitation.email = email
        record_all("invitation_corrected", [invitation], now, actor, before=before)
        resend(invitation, now=now, actor=actor)
        invited_until.refresh(customer, [before], now)


def forward(invitation: Invitation, email: str, *, now: datetime) -> Invitation:
    """Pass an invitation on to a colleague; returns the colleague's invitation.

    The first invitation is closed. The caller has checked that both addresses have the same company
    domain. Raises CannotInviteSupplier or AlreadyDecided with nothing changed.
    """
    customer, email = invitation.customer, User.objects.normalize_email(email)
    row = {
        "email": email,
        "company": invitation.company,
        "name": "",
        "language": invitation.language,
        "message": invitation.message,
    }
    with transaction.atomic():
        customer.one_at_a_time()
        _check_is_new(customer, email, now)
        invitation.pass_on(email, now=now)
        fresh = send(
            customer, [row], now=now, actor=invitation.invited_by, forwarded_from=invitation
        )
    return fresh[0]


def _check_is_new(customer, email, now):
    verdict = check_address(customer, email, now=now)
    if verdict != Verdict.NEW:
        raise CannotInviteSupplier(verdict)


def _spend_of_today(number, now):
    limit = settings.PORTAL_INVITATIONS_A_DAY
    if number and not DailyCount.objects.spend("invitations", "all", today(now), limit, number):
        raise CannotInviteSupplier


def _expire_overdue(invitations, now):
    # The worker may be late: an overdue invitation must not stand in the way of a fresh one.
    invitations.decide_all(InvitationStatus.EXPIRED, now)


def _end(now):
    return now + timedelta(days=settings.PORTAL_INVITATION_DAYS)
