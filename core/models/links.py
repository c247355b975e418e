"""Bearer links in mail: whoever holds the token may do one thing, once, until it expires. Only its hash is kept."""

import hashlib
import secrets

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models.mail import Mail

LONGEST = 128


class LinkQuerySet(models.QuerySet):
    def of(self, purpose, object_id):
        """All that were ever issued for an object, dead or alive."""
        return self.filter(purpose=purpose, object_id=object_id)

    def live(self, now):
        """Those that still work."""
        return self.filter(used_at=None, revoked_at=None, expires_at__gt=now)

    def forgettable(self, before):
        """Those that ended before then, and that no row names any more."""
        found = self.filter(expires_at__lt=before)
        for named in Link._meta.get_fields(include_hidden=True):
            if named.auto_created and not named.concrete:
                found = found.exclude(
                    Exists(named.related_model.objects.filter(**{named.field.name: OuterRef("pk")}))
                )
        return found

    def revoke(self, now):
        """Kill those not used yet, and the mails that would still carry their tokens."""
        dying = list(self.filter(used_at=None, revoked_at=None).values_list("pk", flat=True))
        Link.objects.filter(pk__in=dying).update(revoked_at=now)
        Mail.objects.filter(link__in=dying).drop()


class Link(models.Model):
    """One address's way to one object, for one purpose."""

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
    def issue(cls, purpose, object_id, address, expires_at):
        """Make a link for an address; returns (link, token). The token goes into a mail and is kept nowhere."""
        return cls.issue_all(purpose, [(object_id, address, expires_at)])[0]

    @classmethod
    def issue_all(cls, purpose, wanted):
        """Links for many of (object's id, address, expiry) in one statement; returns as many of (link, token)."""
        tokens = [secrets.token_urlsafe(32) for _one in wanted]
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
    def find(cls, token, purpose):
        """The link of a token, whatever its condition; None for one that was never issued."""
        if len(token) > LONGEST:
            return None
        return cls.objects.filter(digest=_digest(token), purpose=purpose).first()

    def condition(self, now):
        """'live', or why it no longer works: 'used', 'revoked' or 'expired'."""
        if self.used_at:
            return "used"
        if self.revoked_at:
            return "revoked"
        return "live" if self.expires_at > now else "expired"

    def use(self, now):
        """Mark it used; only the first of two users at the same moment is told True."""
        used = Link.objects.filter(pk=self.pk).live(now).update(used_at=now)
        self.refresh_from_db(fields=["used_at", "revoked_at"])
        return bool(used)


def _digest(token):
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
