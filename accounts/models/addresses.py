"""A person changes the address they sign in with: codes at the old and the new one, both needed."""

from datetime import timedelta

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
    """The address that a person wants to have. Which of the two codes was typed is kept, since a right one works once."""

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
    def begin(cls, user, email, *, now):
        """Send a code to each address; an earlier change is forgotten. An address that somebody has is told, and gets no code."""
        email, until = User.objects.normalize_email(email), now + timedelta(minutes=MINUTES)
        fresh = {
            "email": email,
            "created_at": now,
            "old_confirmed_at": None,
            "new_confirmed_at": None,
        }
        with transaction.atomic():
            cls.objects.update_or_create(user=user, defaults=fresh)
            codes = {
                purpose: Code.issue(user, purpose, now=now)[0]
                for purpose in ("email-old", "email-new")
            }
            said = {"person": user, "minutes": MINUTES, "new": email}
            about = {"urgent": True, "valid_until": until}
            mail.send(
                "email_change",
                user.email,
                user.mail_language,
                code=codes["email-old"],
                is_old=True,
                **about,
                **said,
            )
            if User.objects.filter(email=email).exclude(pk__in=User.objects.unconfirmed()).exists():
                mail.send("email_taken", email, user.mail_language, **about, **said)
            else:
                mail.send(
                    "email_change",
                    email,
                    user.mail_language,
                    code=codes["email-new"],
                    is_old=False,
                    **about,
                    **said,
                )

    def confirm(self, old_code, new_code, *, now):
        """Try the codes, {'old': bool, 'new': bool} says which are right by now; with both the address is changed."""
        with transaction.atomic():
            change = EmailChange.objects.select_for_update().get(pk=self.pk)
            for part, code in (("old", old_code), ("new", new_code)):
                column = f"{part}_confirmed_at"
                if (
                    not getattr(change, column)
                    and code
                    and Code.redeem(change.user, f"email-{part}", code, now=now)
                ):
                    setattr(change, column, now)
            change.save(update_fields=["old_confirmed_at", "new_confirmed_at"])
            right = {"old": bool(change.old_confirmed_at), "new": bool(change.new_confirmed_at)}
            if all(right.values()):
                right["new"] = change._apply(now)
        return right

    def is_over(self, now):
        """Whether its codes are too old to be typed."""
        return self.created_at <= now - timedelta(minutes=MINUTES)

    def _apply(self, now):
        """Give the person the address; False, with nothing changed, when somebody has it by now."""
        try:
            change_address(self.user, self.email, now=now, actor=self.user)
        except AddressTaken:
            return False
        return True


class AddressTaken(Exception):
    """Somebody else signs in with the address."""


def change_address(user, email, *, now, actor, reason=""):
    """The person signs in with the address from now on, and only with it; both addresses are told. AddressTaken, or done.

    The caller knows that the address is theirs: by a code, or as an operator, who says the `reason`. Who signed up with it and
    never typed their code gives way.
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
        kind = "email_changed" if user == actor else "email_corrected"
        for membership in user.memberships.active().select_related("supplier"):
            about = {"supplier": membership.supplier, "actor": actor}
            AuditEntry.objects.record(kind, about=membership, at=now, person=user.name, **about)
        if user != actor:
            about = {"about": user, "actor": actor, "audience": Audience.OPERATOR}
            AuditEntry.objects.record(kind, at=now, reason=reason, **about)
        for address in (before, email):
            mail_security(user, "email_changed", now=now, to=address)
