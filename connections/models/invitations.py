"""A customer invites a supplier, by an address: the row, and how it ends."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEntry, Membership, Supplier, User, notify
from accounts.names import validate_name
from connections.models import invited_until
from connections.models.choices import InvitationStatus
from connections.models.invitation_queries import InvitationQuerySet
from core.models import DecidedInTime, Link
from core.states import status_field
from customers.models import Customer, CustomerProfile


class Invitation(DecidedInTime):
    """A customer's invitation: pending until it is accepted, expires or is revoked."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="invitations", verbose_name=_("customer")
    )
    email = models.EmailField(_("e-mail"))
    company = models.CharField(_("company"), max_length=160, validators=[validate_name])
    name = models.CharField(_("name"), max_length=160, blank=True, validators=[validate_name])
    language = models.CharField(
        _("language"), max_length=5, choices=settings.LANGUAGES, default="ko"
    )
    message = models.TextField(_("message"), max_length=1000, blank=True)
    invited_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("invited by")
    )
    batch = models.ForeignKey(
        "InvitationBatch", models.PROTECT, null=True, blank=True, related_name="invitations"
    )
    forwarded_from = models.OneToOneField("self", models.PROTECT, null=True, blank=True)
    status = status_field(InvitationStatus)
    created_at = models.DateTimeField(_("invited"), default=timezone.now)
    opened_at = models.DateTimeField(_("opened"), null=True, blank=True)
    supplier = models.ForeignKey(
        Supplier,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("supplier"),
    )
    accepted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("accepted by")
    )

    objects = InvitationQuerySet.as_manager()

    class Meta(DecidedInTime.Meta):
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-created_at", "pk"]
        indexes = [
            models.Index(
                fields=["email"],
                name="open_invitations_to",
                condition=Q(status=InvitationStatus.PENDING),
            ),
            models.Index(
                fields=["expires_at"],
                name="open_invitations",
                condition=Q(status=InvitationStatus.PENDING),
            ),
        ]
        constraints = [
            *DecidedInTime.Meta.constraints,
            models.UniqueConstraint(
                fields=["customer", "email"],
                condition=Q(status=InvitationStatus.PENDING),
                name="one_open_invitation_per_address",
            ),
            models.CheckConstraint(
                condition=~Q(status=InvitationStatus.ACCEPTED) | Q(supplier__isnull=False),
                name="accepted_by_a_supplier",
            ),
        ]

    def __str__(self):
        return f"{self.customer} → {self.email}"

    def mark_opened(self, *, now: datetime) -> None:
        Invitation.objects.filter(pk=self.pk, opened_at=None).waiting(now).update(opened_at=now)

    def accept(self, membership: Membership, *, now: datetime) -> CustomerProfile:
        """Connect the member's supplier with the customer; returns the profile.

        Raises AlreadyDecided when the invitation no longer waits. The caller holds the customer's
        row, and has checked that the member is an admin and that the invited address is a verified
        address of theirs. The customer's other open invitations to this supplier are closed with
        it, and no other supplier sees this one any more. onboarding.accept() answers the supplier's
        own request.
        """
        supplier, user = membership.supplier, membership.user
        with transaction.atomic():
            # Before the invitation's row, as in everything that changes the pair: see
            # request_sending.send().
            profile = CustomerProfile.locked(supplier, self.customer)
            self._decide(InvitationStatus.ACCEPTED, now=now, supplier=supplier, accepted_by=user)
            if not profile.is_connected:
                profile.connect(now)
            profile.show_to([membership])
            Invitation.close_for(profile, now)
            record_all("invitation_accepted", [self], now, user, supplier=supplier)
            _tell_colleagues(profile, user, now)
            invited_until.refresh(self.customer, [self.email], now)
        return profile

    @classmethod
    def close_for(cls, profile: CustomerProfile, now: datetime) -> None:
        """Close the customer's open invitations to a supplier that is now connected.

        The caller holds the customer's row.
        """
        waiting = cls.objects.filter(customer=profile.customer).waiting(now)
        for invitation in waiting.for_supplier(profile.supplier):
            invitation._decide(InvitationStatus.ACCEPTED, now=now, supplier=profile.supplier)
            invited_until.refresh(profile.customer, [invitation.email], now)

    def revoke(self, *, now: datetime, actor: User, reason: str = "") -> None:
        """Take the invitation back, for an operator's `reason`; AlreadyDecided unless pending."""
        self._take_back("invitation_revoked", now, actor, reason=reason)

    def pass_on(self, email: str, *, now: datetime) -> None:
        """Close the invitation for that of a colleague, which the caller sends.

        Raises AlreadyDecided when it is not pending.
        """
        self._take_back("invitation_forwarded", now, None, to=email)

    def _take_back(self, kind, now, actor, **data):
        with transaction.atomic():
            # Before the invitation's own row, as every verb here: otherwise two would deadlock.
            self.customer.one_at_a_time()
            self._decide(InvitationStatus.REVOKED, now=now)
            record_all(kind, [self], now, actor, **data)
            invited_until.refresh(self.customer, [self.email], now)

    def expire(self, *, now: datetime) -> None:
        with transaction.atomic():
            self.customer.one_at_a_time()
            self._decide(InvitationStatus.EXPIRED, now=now)
            invited_until.refresh(self.customer, [self.email], now)

    def _decide(self, status, now, **columns):
        super()._decide(status, now, **columns)
        # A link that led to an acceptance reads as used, not as taken back.
        if status == InvitationStatus.ACCEPTED:
            self.links().live(now).update(used_at=now)
        self.links().revoke(now)

    def links(self):
        return Link.objects.of("invitation", self.pk)


def _tell_colleagues(profile, user, now):
    notify(
        profile.supplier,
        "invitation_accepted",
        about=profile,
        users=[member.user for member in profile.people() if member.user != user],
        at=now,
        customer=profile.customer.name,
        person=user.name,
    )


def record_all(
    kind: str,
    invitations: list[Invitation],
    now: datetime,
    actor: User | None,
    *,
    supplier: Supplier | None = None,
    reason: str = "",
    **data,
) -> None:
    """Write an audit entry about each invitation, for the operator.

    With a supplier, its people may read the entry.
    """
    data |= {"reason": reason} if reason else {}
    AuditEntry.objects.bulk_create(
        AuditEntry(
            kind=kind,
            actor=actor,
            supplier=supplier,
            object_type=Invitation._meta.label_lower,
            object_id=str(invitation.pk),
            audience=AuditEntry.SUPPLIER if supplier else AuditEntry.OPERATOR,
            data={"customer": invitation.customer.name, "email": invitation.email} | data,
            at=now,
        )
        for invitation in invitations
    )
