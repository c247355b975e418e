"""The one row for a supplier with a customer, from first contact on, and who may see it."""

import uuid

from django.conf import settings
from django.db import models, transaction
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEntry, Letter, Membership, Supplier, notify
from core import mail
from core.models import DailyCount
from core.states import transition
from customers.models.directory import Customer


class Stage(models.TextChoices):
    INVITED = "invited", _("Invited you")
    REQUESTED = "requested", _("Waiting")
    CONNECTED = "connected", _("Connected")
    ENDED = "ended", _("Ended")
    DROPPED = "dropped", _("Dropped")


LISTED = [Stage.INVITED, Stage.CONNECTED, Stage.REQUESTED, Stage.ENDED]


class CustomerProfileQuerySet(models.QuerySet):
    def visible_to(self, membership):
        """What a member sees of its supplier's customers: the one queryset that decides, everywhere."""
        own = self.filter(supplier=membership.supplier_id)
        return own if membership.sees_all_customers else own.filter(members=membership)

    def as_of(self, now):
        """Each with `shown`: its stage as it counts at `now`; what ran out is taken for what it falls back to."""
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

    def listed(self, now):
        """What Customer Setup shows, in its order: who invited us, connected, waiting, ended ones, each by name."""
        order = Case(
            *[When(shown=stage, then=place) for place, stage in enumerate(LISTED)],
            default=len(LISTED),
        )
        listed = self.as_of(now).exclude(shown=Stage.DROPPED).select_related("customer")
        return listed.order_by(order, "customer__name", "pk")

    def connected(self):
        return self.filter(stage=Stage.CONNECTED)


class CustomerProfile(models.Model):
    """A supplier with a customer. Requests and invitations move its stage, each in its own transaction."""

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
    def locked(cls, supplier, customer):
        """The row of the pair, made when it is the first contact, locked to the end of the caller's transaction."""
        cls.objects.bulk_create([cls(supplier=supplier, customer=customer)], ignore_conflicts=True)
        return cls.objects.select_for_update(no_key=True).get(supplier=supplier, customer=customer)

    def mark_requested(self, until):
        """A request waits for an answer until then."""
        self._set(stage=Stage.REQUESTED, waiting_until=until)

    def connect(self, now):
        """Connected from now on; an earlier end is history."""
        over = {"waiting_until": None, "invited_until": None, "ended_at": None, "ended_because": ""}
        self._set(stage=Stage.CONNECTED, connected_at=now, **over)

    def drop(self):
        """The request came to nothing: back to ended when it was ever connected, else to invited, else to dropped.

        A profile that something else has moved on meanwhile stays as it is.
        """
        if self.stage == Stage.REQUESTED:
            self._set(stage=self._without_request(), waiting_until=None)

    def mark_invited(self, until):
        """Invitations of the customer to this supplier are open until then; None: none is any more."""
        self.invited_until = until
        if until and self.stage in (Stage.DROPPED, Stage.ENDED):
            self.stage = Stage.INVITED
        elif not until and self.stage == Stage.INVITED:
            self.stage = self._without_request()
        self._set(stage=self.stage, invited_until=until)

    def _without_request(self):
        if self.connected_at:
            return Stage.ENDED
        return Stage.INVITED if self.invited_until else Stage.DROPPED

    def allow_requests(self, extra, *, now, actor):
        """The operator lets the supplier ask this customer `extra` times more than others."""
        with transaction.atomic():
            self._set(extra_requests=extra)
            about = {
                "about": self,
                "supplier": self.supplier,
                "actor": actor,
                "audience": AuditEntry.OPERATOR,
            }
            AuditEntry.objects.record(
                "requests_allowed", at=now, customer=self.customer.name, extra=extra, **about
            )

    def end(self, reason, *, now, actor):
        """End the connection, once, and tell the other side; its answers stay. AlreadyDecided when not connected.

        A new request may be made, and its count starts anew. An operator's end is mailed to our admins, an admin's to the
        customer's request contacts.
        """
        with transaction.atomic():
            transition(
                CustomerProfile.objects.filter(pk=self.pk).connected(),
                stage=Stage.ENDED,
                ended_at=now,
                ended_because=reason,
                count_from=now,
                extra_requests=0,
            )
            self.refresh_from_db()
            AuditEntry.objects.record(
                "connection_ended",
                about=self,
                at=now,
                supplier=self.supplier,
                actor=actor,
                customer=self.customer.name,
                reason=reason,
            )
            self._tell_about_the_end(reason, actor, now)

    def _tell_about_the_end(self, reason, actor, now):
        by_operator = actor.is_staff and not self.supplier.memberships.filter(user=actor).exists()
        if not by_operator:
            muted = self.supplier.mutes.values("address")
            contacts = self.customer.contacts.getting_requests().exclude(email__in=muted)
            for contact in contacts.select_related("customer").order_by("email"):
                mail.send(
                    "connection_ended",
                    contact.email,
                    contact.mail_language,
                    about=self,
                    not_before=DailyCount.objects.mail_slot(contact.email, now),
                    profile=self,
                    reason=reason,
                    actor=actor,
                )
        else:
            people = [membership.user for membership in self.people()]
            admins = [membership.user for membership in self.supplier.admins()]
            letter = Letter(
                admins, {"profile": self, "reason": reason}, "connection_ended_by_operator"
            )
            words = {"customer": self.customer.name, "reason": reason}
            notify(
                self.supplier,
                "connection_ended",
                about=self,
                at=now,
                users=people,
                letter=letter,
                **words,
            )

    def people(self):
        """The active members of the supplier who may see this customer, with their users."""
        members = self.supplier.memberships.active().select_related("user")
        return members.filter(Q(sees_all_customers=True) | Q(profiles=self)).distinct()

    def show_to(self, members):
        """Members of the supplier who see some customers only see this one too from now on."""
        self.members.add(*[member for member in members if not member.sees_all_customers])

    def _set(self, **changes):
        for name, value in changes.items():
            setattr(self, name, value)
        self.save(update_fields=list(changes))

    @property
    def is_connected(self):
        return self.stage == Stage.CONNECTED

    @property
    def requests_allowed(self):
        """Requests to this customer in all, before it says yes."""
        return settings.PORTAL_REQUESTS_TO_ONE + self.extra_requests
