"""Closing a company: in some days, in which every admin can keep it open.

What the company has with others is the business of the apps above. They end it before they call
`close_company`.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from accounts.models import Supplier, User
from accounts.models.choices import JoinStatus
from core.states import transition


def begin_closing(supplier: Supplier, *, now: datetime, actor: User) -> None:
    """Let the company close in some days, and tell its admins.

    Raises AlreadyDecided when it closes already.
    """
    closes = now + timedelta(days=settings.PORTAL_CLOSING_DAYS)
    with transaction.atomic():
        still_open = Supplier.objects.filter(pk=supplier.pk, closing_at=None, closed_at=None)
        transition(still_open, closing_at=closes, closing_by=actor)
        supplier.closing_at, supplier.closing_by = closes, actor
        supplier.record("company_closing", now, actor=actor)
        supplier.mail_admins("company_closing", actor=actor)


def keep_open(supplier: Supplier, *, now: datetime, actor: User) -> None:
    """Keep a closing company open, and tell its admins.

    Raises AlreadyDecided when it is not closing, or is closed.
    """
    with transaction.atomic():
        closing = Supplier.objects.filter(pk=supplier.pk, closing_at__isnull=False, closed_at=None)
        transition(closing, closing_at=None, closing_by=None)
        supplier.record("company_kept", now, actor=actor)
        supplier.mail_admins("company_kept", actor=actor)


def close_company(supplier: Supplier, *, now: datetime) -> None:
    """Close the company for everybody, and delete its documents.

    Its bank accounts are out of use from then on. Raises AlreadyDecided when it is not due to
    close.
    """
    with transaction.atomic():
        transition(Supplier.objects.filter(pk=supplier.pk).due_to_close(now), closed_at=now)
        supplier.mail_admins("company_closed")  # while it still has some
        supplier.record("company_closed", now)
        supplier.memberships.filter(is_active=True).update(is_active=False)
        supplier.team_invitations.revoke_all(now)
        supplier.join_requests.decide_all(JoinStatus.DECLINED, now)
        supplier.bank_accounts.current().update(removed_at=now, is_main=False)
        for document in supplier.documents.all():
            document.discard()
