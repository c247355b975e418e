"""One-use codes by mail, for people whom the captcha does not work for."""

import secrets
from datetime import timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db import models, transaction
from django.utils import timezone

MINUTES = 10
TRIES = 5


class Code(models.Model):
    """The last code of a person for a purpose; only its hash is kept."""

    owner = models.CharField(max_length=40)
    purpose = models.CharField(max_length=20)
    digest = models.CharField(max_length=200)
    tries = models.PositiveSmallIntegerField(default=0)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "purpose"], name="one_code_per_purpose")]

    def __str__(self):
        return self.purpose

    @classmethod
    def issue(cls, user, purpose):
        """Make the person's code for a purpose, six digits as text; an earlier one dies."""
        code = f"{secrets.randbelow(10**6):06}"
        fresh = {
            "digest": make_password(code),
            "tries": 0,
            "expires_at": timezone.now() + timedelta(minutes=MINUTES),
        }
        cls.objects.update_or_create(owner=str(user.pk), purpose=purpose, defaults=fresh)
        return code

    @classmethod
    def redeem(cls, user, purpose, code):
        """Whether it is the live code; a right one is used up, five wrong ones kill it."""
        with transaction.atomic():
            row = (
                cls.objects.select_for_update()
                .filter(owner=str(user.pk), purpose=purpose, expires_at__gt=timezone.now())
                .first()
            )
            if not row or row.tries >= TRIES:
                return False
            right = check_password(code, row.digest)
            if right:
                row.delete()
            else:
                cls.objects.filter(pk=row.pk).update(tries=models.F("tries") + 1)
        return right
