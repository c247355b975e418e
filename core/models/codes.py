"""Codes by mail that work once: instead of the captcha, for a new address, at a reviewer's link."""

import secrets
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db import models, transaction

MINUTES = 10
TRIES = 5  # of a million codes: a thief guesses one in 200,000 times


class Code(models.Model):
    """The last code of its owner, a person or a link, for a purpose; only its hash is kept."""

    owner = models.CharField(max_length=40)
    purpose = models.CharField(max_length=20)
    digest = models.CharField(max_length=200)
    tries = models.PositiveSmallIntegerField(default=0)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "purpose"], name="one_code_per_purpose")
        ]

    def __str__(self):
        return self.purpose

    @classmethod
    def issue(cls, owner: models.Model, purpose: str, *, now: datetime) -> tuple[str, datetime]:
        """Make the owner's code for a purpose; return its six digits and its end.

        An earlier code for that purpose dies.
        """
        code = f"{secrets.randbelow(10**6):06}"
        until = now + timedelta(minutes=MINUTES)
        fresh = {"digest": make_password(code), "tries": 0, "expires_at": until}
        cls.objects.update_or_create(owner=str(owner.pk), purpose=purpose, defaults=fresh)
        return code, until

    @classmethod
    def redeem(cls, owner: models.Model, purpose: str, code: str, *, now: datetime) -> bool:
        """Use up the owner's code; return False for a wrong or dead code.

        TRIES wrong codes kill it.
        """
        with transaction.atomic():
            # Locked, so that two at once neither use it twice nor try more often than they may.
            live = cls.objects.filter(owner=str(owner.pk), purpose=purpose, expires_at__gt=now)
            row = live.select_for_update().first()
            if not row or row.tries >= TRIES:
                return False
            right = check_password(code, row.digest)
            if right:
                row.delete()
            else:
                cls.objects.filter(pk=row.pk).update(tries=models.F("tries") + 1)
        return right
