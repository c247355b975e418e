"""Browsers that a person has signed in from, so that the portal can tell them of a new one."""

import hashlib
import secrets
from datetime import datetime

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from accounts.models.people import User
from core import mail

KEPT_DAYS = 365


class KnownDevice(models.Model):
    """A browser of a person, known by a random cookie; only its hash is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="devices")
    digest = models.CharField(max_length=64)
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "digest"], name="one_row_per_device")
        ]

    def __str__(self):
        return f"{self.seen_at:%Y-%m-%d}"

    @classmethod
    def recognise(cls, user: User, token: str, *, now: datetime, browser: str, address: str) -> str:
        """Note a sign-in from the browser with this cookie ('' for none), and return its cookie.

        Mails the person when the browser is new, but not about their first browser of all.
        """
        token = token or secrets.token_urlsafe(32)
        # A stranger's cookie may hold anything, and encoding it must not fail.
        digest = hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
        with transaction.atomic():
            if not cls.objects.filter(user=user, digest=digest).update(seen_at=now):
                is_first = not cls.objects.filter(user=user).exists()
                # Two tabs may sign in with the same cookie at once.
                cls.objects.bulk_create(
                    [cls(user=user, digest=digest, seen_at=now)], ignore_conflicts=True
                )
                if not is_first:
                    mail_security(user, "new_device", now=now, browser=browser, address=address)
        return token


def mail_security(
    user: User, what: str, *, now: datetime, browser: str = "", address: str = "", to: str = ""
) -> None:
    """Mail a person about a change of their account's security, whatever their preferences are.

    `what` names the change, and the file of its letter. `to` is an address other than the person's
    present address.
    """
    mail.send(
        "security",
        to or user.email,
        user.mail_language,
        urgent=True,
        kind=what,
        person=user,
        at=now,
        browser=browser[:200],
        address=address,
        days=settings.PORTAL_CLOSING_DAYS,
    )
