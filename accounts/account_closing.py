"""A person closes their account: at once for everybody else, for good after some days, in which support can undo it."""

import uuid
from contextlib import suppress

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q

from accounts.models import AuditEntry, Notification, Supplier, User
from accounts.models.choices import Audience
from accounts.models.devices import mail_security
from accounts.models.people import ERASED
from core.states import AlreadyDecided, transition

GONE = "–"  # stands where a name stood


def close_account(user, *, now):
    """Leave every company, end every session and lock the account; the person is mailed.

    A company where nobody else works begins to close. Raises LastAdmin, with nothing changed, where others work and the
    person is their only admin; AlreadyDecided when the account is closed.
    """
    with transaction.atomic():
        for membership in user.memberships.active().select_related("supplier", "user"):
            others = membership.supplier.memberships.active().exclude(pk=membership.pk)
            with suppress(
                AlreadyDecided
            ):  # an admin deactivated the person meanwhile, or the company closes already
                if not others.exists() and membership.supplier.closing_at is None:
                    membership.supplier.begin_closing(now=now, actor=user)
                if others.exists():
                    membership.deactivate(now=now, actor=user)
        for asked in user.join_requests.pending().select_related("supplier", "user"):
            with suppress(AlreadyDecided):  # an admin decided it meanwhile
                asked.withdraw(now=now)
        transition(User.objects.filter(pk=user.pk, is_active=True), is_active=False, closed_at=now)
        mail_security(user, "account_closed", now=now)


def reopen_account(user, *, now, actor, reason):
    """The operator brings a closed account back before it is erased; companies let the person in again themselves.

    AlreadyDecided when it is not closed, or erased.
    """
    with transaction.atomic():
        closed = User.objects.filter(pk=user.pk, is_active=False, closed_at__isnull=False)
        transition(closed.exclude(email__endswith=f"@{ERASED}"), is_active=True, closed_at=None)
        about = {"actor": actor, "reason": reason, "audience": Audience.OPERATOR}
        AuditEntry.objects.record("account_reopened", about=user, at=now, **about)
        mail_security(user, "account_reopened", now=now)


def erase(user):
    """Forget who it was; what they did stays, by nobody. The counters' key stays, so that a new account is no new counter."""
    with transaction.atomic():
        _forget_names(user)
        EmailAddress.objects.filter(user=user).delete()
        Authenticator.objects.filter(user=user).delete()
        for things in (user.devices, user.notifications, user.preferences, user.consents):
            things.all().delete()
        user.usersession_set.all().delete()
        nobody = {
            "email": f"{uuid.uuid4().hex}@{ERASED}",
            "name": "",
            "job_title": "",
            "password": "!",
        }
        User.objects.filter(pk=user.pk).update(**nobody, language="", browser_language="")


def _forget_names(user):
    """Records and news of the person's companies name nobody where they named the person; of whom they tell, the row still says."""
    naming = Q(data__person=user.name) | Q(data__to=user.name) | Q(data__email=user.email)
    companies = Supplier.objects.filter(
        Q(memberships__user=user) | Q(join_requests__user=user)
    ).values("pk")
    for kept in (AuditEntry, Notification):
        for row in kept.objects.filter(naming, supplier__in=companies):
            data = {
                key: GONE if value in (user.name, user.email) else value
                for key, value in row.data.items()
            }
            kept.objects.filter(pk=row.pk).update(data=data)


def end_sessions(user):
    """Log the person out wherever they are."""
    keys = user.usersession_set.values_list("session_key", flat=True)
    Session.objects.filter(session_key__in=list(keys)).delete()
