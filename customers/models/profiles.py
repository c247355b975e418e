"""The row of a supplier with a customer, from first contact on, and the members who see it."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import models, transaction
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEntry, Membership, Supplier
from core.states import transition
from customers.models import setup_news
from customers.models.directory import Customer


class Stage(models.TextChoices):
    INVITED = "invited", _("Invited you")
    REQUESTED = "requested", _("Waiting")
    CONNECTED = "connected", _("Connected")
    ENDED = "ended", _("Ended")
    DROPPED = "dropped", _("Dropped")


LISTED = [Stage.INVITED, Stage.CONNECTED, Stage.REQUESTED, Stage.ENDED]


class CustomerProfileQuerySet(models.QuerySet):
    def visible_to(self, membership: Membership) -> "CustomerProfileQuerySet":
        """Return the profiles that a member may see; every page asks here and nowhere else."""
        own = self.filter(supplier=membership.supplier_id)
        return own if membership.sees_all_customers else own.filter(members=membership)

    def as_of(self, now: datetime) -> "CustomerProfileQuerySet":
        """Add `shown`, the stage as it counts at `now`.

        A stage that has run out shows as the stage it falls back to; the worker moves it later.
        """
        overdue = Q(stage=Stage.REQUESTED, waiting_until__lte=now) | Q(
            stage=Stage.INVITED, invited_until__lte=now
        )
        return self.annotate(
            shown=Case(
                When(overdue & Q(connected_at__isnull=False), then=Value(Stage.ENDED)),
                When(overdue & Q(invited_until__gt=now), then=Value(Stage.INVITED)),
                When(overdue, then=Value(Stage.DROPPED)),
                default=F("stage"),
            )
        )

    def listed(self, now: datetime) -> "CustomerProfileQuerySet":
        """Return the profiles that Customer Setup shows, in the order of LISTED, then by name."""
        order = Case(
            *[When(shown=stage, then=place) for place, stage in enumerate(LISTED)],
            default=len(LISTED),
        )
        listed = self.as_of(now).exclude(shown=Stage.DROPPED).select_related("customer")
        return listed.order_by(order, "customer__name", "pk")

    def connected(self) -> "CustomerProfileQuerySet":
        return self.filter(stage=Stage.CONNECTED)


class CustomerProfile(models.Model):
    """A supplier with a customer; requests and invitations move its stage."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    supplier = models.ForeignKey(
        Supplier, models.PROTECT, related_name="profiles", verbose_name=_("supplier")
    )
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="profiles", verbose_name=_("customer")
    )
    stage = models.CharField(
        _("stage"), max_length=10, choices=Stage.choices, default=Stage.DROPPED
    )
    waiting_until = models.DateTimeField(_("waiting until"), null=True, blank=True)
    invited_until = models.DateTimeField(_("invited until"), null=True, blank=True)
    connected_at = models.DateTimeField(_("connected"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_because = models.CharField(_("reason of the end"), max_length=500, blank=True)
    extra_requests = models.PositiveSmallIntegerField(_("extra requests"), default=0)
    count_from = models.DateTimeField(_("requests count from"), null=True, blank=True)
    members = models.ManyToManyField(
        Membership, blank=True, related_name="profiles", verbose_name=_("who works on it")
    )
    created_at = models.DateTimeField(_("first contact"), default=timezone.now, editable=False)

    objects = CustomerProfileQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer profile")
        verbose_name_plural = _("customer profiles")
        constraints = [
            models.UniqueConstraint(fields=["supplier", "customer"], name="one_profile_per_pair"),
            models.CheckConstraint(
                condition=~Q(stage__in=[Stage.CONNECTED, Stage.ENDED])
                | Q(connected_at__isnull=False),
                name="connected_has_a_date",
            ),
            models.CheckConstraint(
                condition=~Q(stage=Stage.REQUESTED) | Q(waiting_until__isnull=False),
                name="waiting_has_an_end",
            ),
            models.CheckConstraint(
                condition=~Q(stage=Stage.INVITED) | Q(invited_until__isnull=False),
                name="invited_has_an_end",
            ),
        ]

    def __str__(self):
        return f"{self.supplier} – {self.customer}"

    @classmethod
    def locked(cls, supplier: Supplier, customer: Customer) -> "CustomerProfile":
        """Return the pair's row, made at first contact, locked for the caller's transaction."""
        # Conflicts are ignored: of two first contacts at once the second waits at the lock. NO KEY:
        # new rows that refer to the profile need not wait.
        cls.objects.bulk_create([cls(supplier=supplier, customer=customer)], ignore_conflicts=True)
        return cls.objects.select_for_update(no_key=True).get(supplier=supplier, customer=customer)

    def mark_requested(self, until: datetime) -> None:
        self._set(stage=Stage.REQUESTED, waiting_until=until)

    def connect(self, now: datetime) -> None:
        self._set(
            stage=Stage.CONNECTED,
            connected_at=now,
            waiting_until=None,
            invited_until=None,
            ended_at=None,  # an earlier end is history: the record has it
            ended_because="",
        )

    def drop(self) -> None:
        """Go back from a request that came to nothing: to ended, invited or dropped.

        A profile that has another stage meanwhile keeps it.
        """
        if self.stage == Stage.REQUESTED:
            self._set(stage=self._without_request(), waiting_until=None)

    def mark_invited(self, until: datetime | None) -> None:
        """Note until when invitations to the supplier are open; None when none is open."""
        self.invited_until = until  # _without_request() reads it
        stage = self.stage
        if until and stage in (Stage.DROPPED, Stage.ENDED):
            stage = Stage.INVITED
        elif not until and stage == Stage.INVITED:
            stage = self._without_request()
        self._set(stage=stage, invited_until=until)

    def _without_request(self):
        if self.connected_at:
            return Stage.ENDED
        return Stage.INVITED if self.invited_until else Stage.DROPPED

    def allow_requests(self, extra: int, *, now: datetime, actor) -> None:
        """Let the supplier ask this customer `extra` times more than others may, and record it."""
        with transaction.atomic():
            self._set(extra_requests=extra)
            self._record(
                "requests_allowed", now, actor=actor, audience=AuditEntry.OPERATOR, extra=extra
            )

    def end(self, reason: str, *, now: datetime, actor) -> None:
        """End the connection, once, and tell the other side.

        Raises AlreadyDecided when the two are not connected.
        """
        with transaction.atomic():
            transition(
                CustomerProfile.objects.filter(pk=self.pk).connected(),
                stage=Stage.ENDED,
                ended_at=now,
                ended_because=reason,
                count_from=now,  # requests before the end no longer count against a new one
                extra_requests=0,
            )
            self.refresh_from_db()
            self._record("connection_ended", now, actor=actor, reason=reason)
            setup_news.tell_of_end(self, reason, actor=actor, now=now)

    def _record(self, kind, now, **entry):
        AuditEntry.objects.record(
            kind,
            about=self,
            supplier=self.supplier,
            at=now,
            customer=self.customer.name,
            **entry,
        )

    def people(self) -> models.QuerySet[Membership]:
        """Return the active members of the supplier who may see this customer, with their users."""
        members = self.supplier.memberships.active().select_related("user")
        return members.filter(Q(sees_all_customers=True) | Q(profiles=self)).distinct()

    def show_to(self, members: Iterable[Membership]) -> None:
        """Let members of the supplier who see only some customers see this customer too."""
        self.members.add(*[member for member in members if not member.sees_all_customers])

    def _set(self, **changes):
        for name, value in changes.items():
            setattr(self, name, value)
        self.save(update_fields=list(changes))

    @property
    def is_connected(self):
        return self.stage == Stage.CONNECTED

    @property
    def requests_allowed(self) -> int:
        # In all, from the first contact or the last end until the customer says yes.
        return settings.PORTAL_REQUESTS_TO_ONE + self.extra_requests
