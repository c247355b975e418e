"""A supplier's request to a customer: the row, and how it is decided."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import Count, F, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEntry, Membership, Supplier, User
from connections.models import request_mail
from connections.models.choices import Origin, Reason, RequestStatus
from connections.models.invitations import Invitation
from core.models import DecidedInTime, DecidedInTimeQuerySet, Link
from core.states import status_field
from customers.models import Customer, CustomerProfile


class ConnectionRequestQuerySet(DecidedInTimeQuerySet):
    def visible_to(self, membership: Membership):
        return self.filter(profile__in=CustomerProfile.objects.visible_to(membership))

    def with_history(self):
        # `times_asked`, `declined_at` and `newest_at` of each row's pair of supplier and customer.
        # The end of a connection, by count_from, starts the count anew.
        counted = Q(profile__count_from=None) | Q(created_at__gte=F("profile__count_from"))
        pair = (
            ConnectionRequest.objects.filter(profile=OuterRef("profile"))
            .order_by()
            .values("profile")
        )
        counted_pair = pair.filter(counted)
        times = counted_pair.annotate(number=Count("pk")).values("number")
        declined = counted_pair.filter(status=RequestStatus.DECLINED)
        return self.select_related("customer", "profile__customer", "profile__supplier").annotate(
            times_asked=Coalesce(Subquery(times), 0),
            declined_at=Subquery(declined.annotate(last=Max("decided_at")).values("last")),
            newest_at=Subquery(pair.annotate(last=Max("created_at")).values("last")),
        )

    def due_for_reminder(self, now: datetime):
        """Select waiting requests whose next reminder day has come."""
        due = Q(pk__in=[])  # no days, no reminders
        for sent, days in enumerate(settings.PORTAL_REMINDER_DAYS):
            due |= Q(reminders_sent=sent, created_at__lte=now - timedelta(days=days))
        return self.waiting(now).filter(due, supplier__suspended_at=None)


class ConnectionRequest(DecidedInTime):
    """A supplier's request to a customer to connect.

    Pending until it is accepted, declined, expired or withdrawn. A request is decided once, for
    good: a verb that comes too late raises AlreadyDecided, and so does expire() before the end.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    supplier = models.ForeignKey(
        Supplier, models.PROTECT, related_name="requests", verbose_name=_("supplier")
    )
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="requests", verbose_name=_("customer")
    )
    profile = models.ForeignKey(
        CustomerProfile, models.PROTECT, related_name="requests", verbose_name=_("profile")
    )
    requested_by = models.ForeignKey(
        User, models.PROTECT, related_name="requests", verbose_name=_("asked by")
    )
    contact_email = models.EmailField(_("customer contact"), blank=True)
    message = models.TextField(_("message"), max_length=1000, blank=True)
    origin = models.CharField(_("found by"), max_length=12, choices=Origin.choices)
    origin_id = models.UUIDField(null=True, blank=True, editable=False)
    consent_version = models.CharField(_("consent version"), max_length=20)
    consent_language = models.CharField(_("consent language"), max_length=5)
    consent_text = models.TextField(_("consent"))
    consented_at = models.DateTimeField(_("consented"))
    status = status_field(RequestStatus)
    no_known_contact = models.BooleanField(_("no known contact"), default=False)
    reminders_sent = models.PositiveSmallIntegerField(_("reminders"), default=0)
    reason = models.CharField(_("reason"), max_length=20, choices=Reason.choices, blank=True)
    comment = models.TextField(_("comment"), max_length=1000, blank=True)
    created_at = models.DateTimeField(_("asked"), default=timezone.now)
    decided_link = models.ForeignKey(
        Link,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by link"),
    )

    objects = ConnectionRequestQuerySet.as_manager()

    class Meta(DecidedInTime.Meta):
        verbose_name = _("connection request")
        verbose_name_plural = _("connection requests")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["supplier", "-created_at"], name="requests_of_a_supplier"),
            models.Index(
                fields=["expires_at"],
                name="pending_requests",
                condition=Q(status=RequestStatus.PENDING),
            ),
        ]
        constraints = [
            *DecidedInTime.Meta.constraints,
            models.UniqueConstraint(
                fields=["supplier", "customer"],
                condition=Q(status=RequestStatus.PENDING),
                name="one_pending_request",
            ),
        ]

    def __str__(self):
        return f"{self.supplier} → {self.customer}"

    def accept(
        self,
        *,
        now: datetime,
        link: Link | None = None,
        actor: User | None = None,
        comment: str = "",
    ) -> None:
        """Connect the two, by a contact's link or the operator."""
        with transaction.atomic():
            # An acceptance closes invitations too, so it locks as their verbs do, the customer
            # before the pair: in different orders two transactions would wait for each other.
            self.customer.one_at_a_time()
            profile = self._decide(RequestStatus.ACCEPTED, now, link, actor, comment=comment)
            profile.connect(now)
            Invitation.close_for(profile, now)
            request_mail.announce_decision(self, now)

    def accept_by_invitation(self, *, now: datetime, actor: User) -> None:
        """Accept the request, since an accepted invitation has connected the two."""
        with transaction.atomic():
            self._decide(RequestStatus.ACCEPTED, now, actor=actor)
            request_mail.tell_customer(self, now, by_invitation=True)

    def decline(
        self,
        reason: str,
        *,
        now: datetime,
        link: Link | None = None,
        actor: User | None = None,
        comment: str = "",
    ) -> None:
        """Decline, with a Reason for the portal and a comment for the supplier."""
        with transaction.atomic():
            profile = self._decide(RequestStatus.DECLINED, now, link, actor, reason, comment)
            profile.drop()
            request_mail.announce_decision(self, now)

    def withdraw(self, *, now: datetime, actor: User) -> None:
        """Take the request back for the supplier; nobody at the customer gets a mail."""
        with transaction.atomic():
            self._decide(RequestStatus.WITHDRAWN, now, actor=actor).drop()

    def expire(self, *, now: datetime) -> None:
        """End the request, since its time is over, and tell the supplier's people."""
        with transaction.atomic():
            self._decide(RequestStatus.EXPIRED, now).drop()
            request_mail.tell_supplier(self, now)

    def _decide(self, status, now, link=None, actor=None, reason="", comment=""):
        # Before the request's row, as in everything that changes the pair: see
        # request_sending.send().
        profile = CustomerProfile.locked(self.supplier, self.customer)
        super()._decide(
            status,
            now,
            decided_link=link,
            reason=reason,
            comment=comment,
            no_known_contact=False,
        )
        if link:
            link.use(now)
        self.links().revoke(now)
        address = link.address if link else ""
        self.record(f"request_{status}", now, actor=actor, address=address, comment=comment)
        return profile

    def links(self):
        return Link.objects.of("request", self.pk)

    def record(self, kind: str, now: datetime, **data) -> AuditEntry:
        # `data` as AuditEntry.objects.record() has it.
        return AuditEntry.objects.record(
            kind, about=self, at=now, supplier=self.supplier, customer=self.customer.name, **data
        )
