"""A person changes the address they sign in with, by a code at the old and the new address."""

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from accounts.models.choices import Audience
from accounts.models.devices import mail_security
from accounts.models.people import User
from accounts.models.records import AuditEntry
from core import mail
from core.models import Code
from core.models.codes import MINUTES


class EmailChange(models.Model):
    """The address that a person wants to have.

    It keeps which codes were right, since a right code works only once.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="email_change"
    )
    email = models.EmailField()
    old_confirmed_at = models.DateTimeField(null=True)
    new_confirmed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self):
        return self.email

    @classmethod
    def begin(cls, user: User, email: str, *, now: datetime) -> None:
        """Send a code to the old and the new address, and forget an earlier change.

        An address that somebody has gets a mail without a code.
        """
        email = User.objects.normalize_email(email)
        with transaction.atomic():
            change, _is_new = cls.objects.update_or_create(
                user=user,
                defaults={
                    "email": email,
                    "created_at": now,
                    "old_confirmed_at": None,
                    "new_confirmed_at": None,
                },
            )
            # A taken address gets its code as well, in no mail: the page must not tell that it is
            # taken.
            old_code, _row = Code.issue(user, "email-old", now=now)
            new_code, _row = Code.issue(user, "email-new", now=now)
            change._mail("email_change", user.email, code=old_code, is_old=True)
            if User.objects.filter(email=email).exclude(pk__in=User.objects.unconfirmed()).exists():
                change._mail("email_taken", email)
            else:
                change._mail("email_change", email, code=new_code, is_old=False)

    def _mail(self, name, to, **context):
        mail.send(
            name,
            to,
            self.user.mail_language,
            urgent=True,
            valid_until=self.created_at + timedelta(minutes=MINUTES),
            person=self.user,
            minutes=MINUTES,
            new=self.email,
            **context,
        )

    def confirm(self, old_code: str, new_code: str, *, now: datetime) -> dict[str, bool]:
        """Try the codes, and change the address when both are right.

        Returns {'old': bool, 'new': bool}, which of them are right by now. 'new' is False as well
        when somebody has taken the address meanwhile.
        """
        with transaction.atomic():
            # Locked, so that of two tabs with a code each, the second sees what the first
            # confirmed.
            change = EmailChange.objects.select_for_update().get(pk=self.pk)
            change._redeem("old", old_code, now)
            change._redeem("new", new_code, now)
            change.save(update_fields=["old_confirmed_at", "new_confirmed_at"])
            right = {"old": bool(change.old_confirmed_at), "new": bool(change.new_confirmed_at)}
            if all(right.values()):
                right["new"] = change._apply(now)
        return right

    def _redeem(self, part, code, now):
        column = f"{part}_confirmed_at"
        if getattr(self, column) or not code:
            return
        if Code.redeem(self.user, f"email-{part}", code, now=now):
            setattr(self, column, now)

    def is_over(self, now: datetime) -> bool:
        return self.created_at <= now - timedelta(minutes=MINUTES)

    def _apply(self, now):
        try:
            change_address(self.user, self.email, now=now, actor=self.user)
        except AddressTaken:
            return False
        return True


class AddressTaken(Exception):
    """Somebody else signs in with the address."""


def change_address(user: User, email: str, *, now: datetime, actor: User, reason: str = "") -> None:
    """Let the person sign in with this address only, and tell both addresses; raises AddressTaken.

    The caller knows that the address is theirs: by a code, or as an operator, who gives the
    `reason`. A sign-up with the address that was never confirmed gives way.
    """
    before = user.email
    with transaction.atomic():
        User.objects.one_at_a_time(email)
        User.objects.unconfirmed().filter(email=email).delete()
        if User.objects.filter(email=email).exists():
            raise AddressTaken
        User.objects.filter(pk=user.pk).update(email=email)
        EmailAddress.objects.filter(user=user).delete()
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        EmailChange.objects.filter(user=user).delete()
        user.email = email
        _record_change(user, now, actor, reason)
        for address in (before, email):
            mail_security(user, "email_changed", now=now, to=address)


def _record_change(user, now, actor, reason):
    kind = "email_changed" if user == actor else "email_corrected"
    for membership in user.memberships.active().select_related("supplier"):
        AuditEntry.objects.record(
            kind,
            about=membership,
            supplier=membership.supplier,
            actor=actor,
            at=now,
            person=user.name,
        )
    if user != actor:
        AuditEntry.objects.record(
            kind, about=user, actor=actor, audience=Audience.OPERATOR, at=now, reason=reason
        )
