"""A person closes their account: it is locked at once, and erased after some days.

Until then support can undo it.
"""

import uuid
from contextlib import suppress
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q

from accounts.company_closing import begin_closing
from accounts.models import AuditEntry, Notification, Supplier, User
from accounts.models.choices import Audience
from accounts.models.devices import mail_security
from accounts.models.people import ERASED
from core.states import AlreadyDecided, transition

GONE = "–"  # in place of a name


def close_account(user: User, *, now: datetime) -> None:
    """Leave every company, withdraw requests to join, lock the account and mail the person.

    A company where nobody else works begins to close. Raises LastAdmin, with nothing changed, where
    others work and the person is their only admin; AlreadyDecided when the account is closed.
    """
    with transaction.atomic():
        for membership in user.memberships.active().select_related("supplier", "user"):
            # An admin may deactivate the person meanwhile, or the company close already.
            with suppress(AlreadyDecided):
                _leave(membership, now)
        for asked in user.join_requests.pending().select_related("supplier", "user"):
            with suppress(AlreadyDecided):  # an admin decided it meanwhile
                asked.withdraw(now=now)
        transition(User.objects.filter(pk=user.pk, is_active=True), is_active=False, closed_at=now)
        mail_security(user, "account_closed", now=now)


def _leave(membership, now):
    others = membership.supplier.memberships.active().exclude(pk=membership.pk)
    if others.exists():
        membership.deactivate(now=now, actor=membership.user)
    elif membership.supplier.closing_at is None:
        begin_closing(membership.supplier, now=now, actor=membership.user)


def reopen_account(user: User, *, now: datetime, actor: User, reason: str) -> None:
    """Bring a closed account back before it is erased.

    Companies let the person in again themselves. Raises AlreadyDecided when the account is open or
    erased.
    """
    with transaction.atomic():
        closed = User.objects.filter(pk=user.pk, is_active=False, closed_at__isnull=False)
        transition(closed.exclude(email__endswith=f"@{ERASED}"), is_active=True, closed_at=None)
        AuditEntry.objects.record(
            "account_reopened",
            about=user,
            actor=actor,
            audience=Audience.OPERATOR,
            at=now,
            reason=reason,
        )
        mail_security(user, "account_reopened", now=now)


def erase(user: User) -> None:
    """Erase a person's name, addresses and belongings; the record keeps what they did."""
    with transaction.atomic():
        _forget_names_in_records(user)
        EmailAddress.objects.filter(user=user).delete()
        Authenticator.objects.filter(user=user).delete()
        for belongings in (user.devices, user.notifications, user.preferences, user.consents):
            belongings.all().delete()
        user.usersession_set.all().delete()
        # person_key stays: a new account with the same address must not start new counters.
        User.objects.filter(pk=user.pk).update(
            email=f"{uuid.uuid4().hex}@{ERASED}",
            name="",
            job_title="",
            password="!",  # noqa: S106 - Django's mark of a password that nothing matches
            language="",
            browser_language="",
        )


def _forget_names_in_records(user):
    # Records and news hold names as words, not as references to the person.
    naming = Q(data__person=user.name) | Q(data__to=user.name) | Q(data__email=user.email)
    companies = Supplier.objects.filter(
        Q(memberships__user=user) | Q(join_requests__user=user)
    ).values("pk")
    for model in (AuditEntry, Notification):
        for row in model.objects.filter(naming, supplier__in=companies):
            data = {
                key: GONE if value in (user.name, user.email) else value
                for key, value in row.data.items()
            }
            model.objects.filter(pk=row.pk).update(data=data)


def end_sessions(user: User) -> None:
    """Sign the person out of every browser."""
    keys = user.usersession_set.values_list("session_key", flat=True)
    Session.objects.filter(session_key__in=list(keys)).delete()
