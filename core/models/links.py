"""Links in mail: the holder of the token may do one thing, once, until it expires.

Only a hash of the token is kept.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models.mail import Mail

LONGEST = 128  # letters of a token that are looked at; ours have 43


class LinkQuerySet(models.QuerySet):
    """Links by their object and by their condition."""

    def of(self, purpose: str, object_id: UUID) -> Self:
        return self.filter(purpose=purpose, object_id=object_id)

    def live(self, now: datetime) -> Self:
        return self.filter(used_at=None, revoked_at=None, expires_at__gt=now)

    def forgettable(self, before: datetime) -> Self:
        """Select the links that ended before a moment and that no row names any more."""
        found = self.filter(expires_at__lt=before)
        # Asked of the models, for core does not know which of the apps above have a key to links.
        for named in Link._meta.get_fields(include_hidden=True):
            if named.auto_created and not named.concrete:
                found = found.exclude(
                    Exists(named.related_model.objects.filter(**{named.field.name: OuterRef("pk")}))
                )
        return found

    def revoke(self, now: datetime) -> None:
        """Kill the links not used yet, and the mails that would still carry their tokens."""
        dying = list(self.filter(used_at=None, revoked_at=None).values_list("pk", flat=True))
        Link.objects.filter(pk__in=dying).update(revoked_at=now)
        Mail.objects.filter(link__in=dying).drop()


class Link(models.Model):
    """The way of an address to an object, for a purpose."""

    purpose = models.CharField(_("purpose"), max_length=20)
    object_id = models.UUIDField(_("object"))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    address = models.EmailField(_("address"))
    created_at = models.DateTimeField(_("issued"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"))
    used_at = models.DateTimeField(_("used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects = LinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        indexes = [models.Index(fields=["object_id", "purpose"], name="links_of_an_object")]
        constraints = [
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(revoked_at__isnull=True),
                name="used_or_revoked_not_both",
            )
        ]

    def __str__(self):
        return f"{self.purpose}: {self.address}"

    @classmethod
    def issue(
        cls, purpose: str, object_id: UUID, address: str, expires_at: datetime
    ) -> "tuple[Link, str]":
        """Make a link for an address; return it and its token, which goes into a mail only."""
        return cls.issue_all(purpose, [(object_id, address, expires_at)])[0]

    @classmethod
    def issue_all(
        cls, purpose: str, wanted: Sequence[tuple[UUID, str, datetime]]
    ) -> "list[tuple[Link, str]]":
        """Make links for many (object's id, address, end) in one statement, in their order.

        Returns as many (link, token).
        """
        tokens = [secrets.token_urlsafe(32) for _ in wanted]
        links = cls.objects.bulk_create(
            cls(
                purpose=purpose,
                object_id=object_id,
                digest=_digest(token),
                address=address,
                expires_at=expires_at,
            )
            for token, (object_id, address, expires_at) in zip(tokens, wanted, strict=True)
        )
        return list(zip(links, tokens, strict=True))

    @classmethod
    def find(cls, token: str, purpose: str) -> "Link | None":
        """Find the link of a token, whatever its condition; None if it was never issued."""
        # The hash is looked up by index, so no comparison in time betrays a token.
        if len(token) > LONGEST:
            return None
        return cls.objects.filter(digest=_digest(token), purpose=purpose).first()

    def condition(self, now: datetime) -> str:
        """Say if the link is 'live', or why it does not work: 'used', 'revoked', 'expired'."""
        if self.used_at:
            return "used"
        if self.revoked_at:
            return "revoked"
        return "live" if self.expires_at > now else "expired"

    def use(self, now: datetime) -> bool:
        """Mark the link used; only the first of two users at the same moment gets True."""
        # live() is part of the UPDATE: nothing is read before it is decided.
        used = Link.objects.filter(pk=self.pk).live(now).update(used_at=now)
        self.refresh_from_db(fields=["used_at", "revoked_at"])
        return bool(used)


def _digest(token):
    # No salt and no rounds: the token is random, not a password. An address may hold any bytes.
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
