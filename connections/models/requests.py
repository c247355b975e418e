"""A supplier asks a customer to connect: the one state machine of a request, and who may ask when."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import Count, F, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEntry, Supplier
from connections import consent
from connections.models import request_mail
from connections.models.invitations import Invitation
from connections.models.reports import Report, ReportKind
from connections.models.request_rules import CannotRequest, PairHistory, Refusal, why_not
from core.models import DailyCount, Link, today
from core.states import AlreadyDecided, transition
from customers.models import Customer, CustomerProfile, Mute, Stage

FORWARDS = 3  # colleagues that one request is passed on to


class Status(models.TextChoices):
    PENDING = "pending", _("Waiting")
    ACCEPTED = "accepted", _("Connected")
    DECLINED = "declined", _("Declined")
    EXPIRED = "expired", _("Expired")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Reason(models.TextChoices):
    """Why a contact declines; the supplier reads the comment, not this."""

    NOT_A_SUPPLIER = "not_a_supplier", _("We don’t buy from them")
    WRONG_PERSON = "wrong_person", _("I’m not the right person")
    OTHER_CHANNEL = "other_channel", _("We work with them another way")
    OTHER = "other", _("Another reason")


class Origin(models.TextChoices):
    ATTEMPT = "attempt", _("search")
    SUGGESTION = "suggestion", _("suggestion")
    REQUEST = "request", _("earlier request")


class ConnectionRequestQuerySet(models.QuerySet):
    def waiting(self, now):
        """Pending ones that can still be answered; an overdue one counts as expired before the worker has run."""
        return self.filter(status=Status.PENDING, expires_at__gt=now)

    def overdue(self, now):
        """Those whose time is over and that the worker has not expired yet."""
        return self.filter(status=Status.PENDING, expires_at__lte=now)

    def visible_to(self, membership):
        """The requests of the customers that a member sees."""
        return self.filter(profile__in=CustomerProfile.objects.visible_to(membership))

    def with_history(self):
        """Each row with what decides about asking again: how often was asked, the last decline, the newest of the pair."""
        counted = Q(profile__count_from=None) | Q(created_at__gte=F("profile__count_from"))
        pair = (
            ConnectionRequest.objects.filter(profile=OuterRef("profile"))
            .order_by()
            .values("profile")
        )
        counted_pair = pair.filter(counted)
        return self.select_related("customer", "profile__customer", "profile__supplier").annotate(
            asked=Coalesce(Subquery(counted_pair.annotate(number=Count("pk")).values("number")), 0),
            declined_at=Subquery(
                counted_pair.filter(status=Status.DECLINED)
                .annotate(last=Max("decided_at"))
                .values("last")
            ),
            newest_at=Subquery(pair.annotate(last=Max("created_at")).values("last")),
        )

    def due_for_reminder(self, now):
        """Waiting requests whose next reminder day has come, whoever was already reminded left out."""
        due = Q(pk__in=[])  # no days, no reminders
        for sent, days in enumerate(settings.PORTAL_REMINDER_DAYS):
            due |= Q(reminders_sent=sent, created_at__lte=now - timedelta(days=days))
        return self.waiting(now).filter(due, supplier__suspended_at=None)


class ConnectionRequest(models.Model):
    """Pending until it is accepted, declined, expired or withdrawn; every change is made once, from pending, and is final."""

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
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="requests",
        verbose_name=_("asked by"),
    )
    contact_email = models.EmailField(_("customer contact"), blank=True)
    message = models.TextField(_("message"), max_length=1000, blank=True)
    origin = models.CharField(_("found by"), max_length=12, choices=Origin.choices)
    origin_id = models.UUIDField(null=True, blank=True, editable=False)
    consent_version = models.CharField(_("consent version"), max_length=20)
    consent_language = models.CharField(_("consent language"), max_length=5)
    consent_text = models.TextField(_("consent"))
    consented_at = models.DateTimeField(_("consented"))
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.PENDING
    )
    no_known_contact = models.BooleanField(_("no known contact"), default=False)
    reminders_sent = models.PositiveSmallIntegerField(_("reminders"), default=0)
    reason = models.CharField(_("reason"), max_length=20, choices=Reason.choices, blank=True)
    comment = models.TextField(_("comment"), max_length=1000, blank=True)
    created_at = models.DateTimeField(_("asked"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_link = models.ForeignKey(
        Link,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by link"),
    )

    objects = ConnectionRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("connection request")
        verbose_name_plural = _("connection requests")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["supplier", "-created_at"], name="requests_of_a_supplier"),
            models.Index(
                fields=["expires_at"], name="pending_requests", condition=Q(status=Status.PENDING)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "customer"],
                condition=Q(status=Status.PENDING),
                name="one_pending_request",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.PENDING, decided_at__isnull=True)
                | (~Q(status=Status.PENDING) & Q(decided_at__isnull=False)),
                name="decided_has_a_date",
            ),
        ]

    def __str__(self):
        return f"{self.supplier} → {self.customer}"

    # Asking ---------------------------------------------------------------------------------------------------

    @classmethod
    def send(cls, membership, customer, *, contact, message, origin, origin_id, now):
        """Ask `customer` to connect, for the member's supplier; returns the pending request.

        `contact` may be "" from a suggestion: then the customer's own contacts are told. Raises CannotRequest, with nothing
        changed, when it may not be asked now; a colleague's pending request comes with the exception.
        """
        with transaction.atomic():
            profile = CustomerProfile.locked(membership.supplier, customer)
            for overdue in profile.requests.overdue(now):
                overdue.expire(now=now)
            cls.check_may_ask(profile, now)
            cls._spend_one_of_today(membership.supplier, now)
            request = cls(
                supplier=membership.supplier,
                customer=customer,
                profile=profile,
                requested_by=membership.user,
                contact_email=contact.lower(),
                message=message,
                origin=origin,
                origin_id=origin_id,
                consent_version=consent.VERSION,
                consent_language=translation.get_language(),
                consent_text=str(consent.TEXT),
                consented_at=now,
                created_at=now,
                expires_at=now + timedelta(days=settings.PORTAL_REQUEST_DAYS),
            )
            request.save(force_insert=True)
            profile.mark_requested(request.expires_at)
            if not membership.sees_all_customers:
                profile.members.add(membership)
            request.record("request_sent", now, actor=membership.user)
            request_mail.send_first(request, now)
        return request

    @classmethod
    def check_may_ask(cls, profile, now):
        """Raise CannotRequest when the profile's supplier may not ask its customer at `now`."""
        newest = cls.objects.filter(profile=profile).with_history().first()
        if why := why_not(profile, newest.history(now) if newest else PairHistory(), now):
            raise why
        used = DailyCount.objects.used("requests", str(profile.supplier_id), today(now))
        if used >= settings.PORTAL_REQUESTS_A_DAY:
            raise CannotRequest(Refusal.DAILY)

    @staticmethod
    def _spend_one_of_today(supplier, now):
        if not DailyCount.objects.spend(
            "requests", str(supplier.pk), today(now), settings.PORTAL_REQUESTS_A_DAY
        ):
            raise CannotRequest(Refusal.DAILY)

    # Deciding -------------------------------------------------------------------------------------------------

    def accept(self, *, now, link=None, actor=None, comment=""):
        """Connect the two, by a contact's link or the operator; AlreadyDecided when it is no longer waiting."""
        with transaction.atomic():
            Customer.objects.select_for_update(no_key=True).get(pk=self.customer_id)
            profile = self._decide(
                Status.ACCEPTED, now=now, link=link, actor=actor, comment=comment
            )
            profile.connect(now)
            Invitation.answered(profile, now)
            request_mail.announce_decision(self, now)

    def answered_by_invitation(self, *, now, actor):
        """The customer invited the supplier, who accepts that instead: the request is answered by it."""
        with transaction.atomic():
            self._decide(Status.ACCEPTED, now=now, actor=actor)
            request_mail.tell_customer(self, now, by_invitation=True)

    def decline(self, reason, *, now, link=None, actor=None, comment=""):
        """Say no, with a reason for us and a comment for the supplier; AlreadyDecided when it is no longer waiting."""
        with transaction.atomic():
            self._decide(
                Status.DECLINED, now=now, link=link, actor=actor, reason=reason, comment=comment
            ).drop()
            request_mail.announce_decision(self, now)

    def report(self, *, now, link):
        """'We don't know this company': declines, and counts as a report against the supplier."""
        with transaction.atomic():
            self.decline(Reason.OTHER, now=now, link=link)
            Report.file(self, ReportKind.UNKNOWN_COMPANY, link.address, now=now)

    def withdraw(self, *, now, actor):
        """The supplier takes it back; nobody at the customer is written to. AlreadyDecided when it is no longer waiting."""
        with transaction.atomic():
            self._decide(Status.WITHDRAWN, now=now, actor=actor).drop()

    def expire(self, *, now):
        """Time ran out: the supplier's people learn of it. AlreadyDecided when it is not overdue."""
        with transaction.atomic():
            self._decide(Status.EXPIRED, now=now).drop()
            request_mail.tell_supplier(self, now)

    def _decide(self, status, *, now, link=None, actor=None, reason="", comment=""):
        """The one door: from pending only, in time, once. Returns the pair's profile, locked before the request."""
        profile = CustomerProfile.locked(self.supplier, self.customer)
        mine = ConnectionRequest.objects.filter(pk=self.pk)
        self.status, self.decided_at, self.decided_link, self.reason, self.comment = (
            status,
            now,
            link,
            reason,
            comment,
        )
        transition(
            mine.overdue(now) if status == Status.EXPIRED else mine.waiting(now),
            status=status,
            decided_at=now,
            decided_link=link,
            reason=reason,
            comment=comment,
            no_known_contact=False,
        )
        if link:
            link.use(now)
        self.links().revoke(now)
        self.record(
            f"request_{status}",
            now,
            actor=actor,
            address=link.address if link else "",
            comment=comment,
        )
        return profile

    # By link --------------------------------------------------------------------------------------------------

    def links(self):
        """Every link into this request, dead or alive."""
        return Link.objects.of("request", self.pk)

    def mute(self, *, now, link):
        """'Never write to me about this supplier again', whatever becomes of the request."""
        with transaction.atomic():
            mute = {"address": link.address, "supplier": self.supplier}
            if Mute.objects.get_or_create(**mute, defaults={"at": now})[1]:
                self.record(
                    "address_muted", now, address=link.address, audience=AuditEntry.OPERATOR
                )

    def forward(self, address, *, now, link):
        """A contact passes the request on to a colleague, who gets a link of their own.

        The caller has checked that both addresses are of one company domain, and that the supplier is not suspended.
        AlreadyDecided when the colleague has a link, wants no mail about the supplier, or FORWARDS others were written to.
        """
        with transaction.atomic():
            CustomerProfile.locked(self.supplier, self.customer)
            if not ConnectionRequest.objects.filter(pk=self.pk).waiting(now).exists():
                raise AlreadyDecided
            written_to = set(self.links().values_list("address", flat=True))
            passed_on = AuditEntry.objects.about(self).filter(kind="request_forwarded").count()
            muted = Mute.objects.filter(supplier=self.supplier, address=address).exists()
            if address in written_to or muted or passed_on >= FORWARDS:
                raise AlreadyDecided
            self.record(
                "request_forwarded",
                now,
                address=link.address,
                audience=AuditEntry.OPERATOR,
                to=[address],
            )
            request_mail.send_to(self, [address], now)

    def reroute(self, address, *, now):
        """Mail to an address failed for good: it counts as unknown from now on. The supplier sees no difference."""
        with transaction.atomic():
            CustomerProfile.locked(self.supplier, self.customer)
            self.links().filter(address=address).revoke(now)
            self.record("request_mail_failed", now, audience=AuditEntry.OPERATOR, to=[address])
            if ConnectionRequest.objects.filter(pk=self.pk).waiting(now).exists():
                written_to = self.links().values_list("address", flat=True)
                request_mail.to_own_contacts(self, now, except_for=[address, *written_to])

    def flag_no_known_contact(self, now):
        """Put it into the operator's queue, unless it was answered meanwhile."""
        ConnectionRequest.objects.filter(pk=self.pk).waiting(now).update(no_known_contact=True)

    def remind(self, *, now):
        """Write again to everybody with a live link, each with a new one, once per reminder day."""
        with transaction.atomic():
            due = ConnectionRequest.objects.filter(pk=self.pk, reminders_sent=self.reminders_sent)
            if due.due_for_reminder(now).update(reminders_sent=F("reminders_sent") + 1):
                request_mail.remind(self, now)

    def send_to(self, address, *, now, actor):
        """The operator adds a contact of the customer; the request is mailed there. AlreadyDecided when none is waiting.

        Raises CannotRequest, with nothing changed, while the supplier is suspended, for nothing is mailed then, and for an
        address that wants no mail about it.
        """
        if self.supplier.is_suspended:
            raise CannotRequest(Refusal.SUSPENDED)
        if Mute.objects.filter(supplier=self.supplier, address=address.lower()).exists():
            raise CannotRequest(Refusal.MUTED)
        with transaction.atomic():
            self.customer.contacts.get_or_create(email=address.lower())
            still = ConnectionRequest.objects.filter(pk=self.pk)
            transition(still.waiting(now), no_known_contact=False)
            self.record(
                "request_routed", now, actor=actor, audience=AuditEntry.OPERATOR, to=[address]
            )
            request_mail.send_to(self, [address.lower()], now)

    # Telling --------------------------------------------------------------------------------------------------

    def status_at(self, now):
        """The status as it counts: an overdue pending one is expired before the worker has run."""
        return (
            Status.EXPIRED
            if self.status == Status.PENDING and self.expires_at <= now
            else Status(self.status)
        )

    @property
    def is_accepted(self):
        return self.status == Status.ACCEPTED

    def history(self, now):
        """What went before between the pair, when this is its newest request; needs with_history()."""
        return PairHistory(
            self.status_at(now) == Status.PENDING, self.asked, self.declined_at, request=self
        )

    def describe(self, now):
        """Set what the pages show of it: `shown` (the status as it counts), `can_withdraw`, `can_ask_again`, `ask_from`.

        Needs with_history(); only the newest request to a customer offers to ask again. An
        accepted one whose connection has ended shows as ended.
        """
        is_past = self.status == Status.ACCEPTED and not self.profile.is_connected
        self.shown = Stage.ENDED if is_past else self.status_at(now)
        self.can_withdraw = self.shown == Status.PENDING
        over = (
            self.shown not in (Status.PENDING, Status.ACCEPTED)
            and self.created_at == self.newest_at
        )
        why = why_not(self.profile, self.history(now), now) if over else None
        self.can_ask_again = over and why is None
        self.ask_from = why.when if why else None

    def record(self, kind, now, **data):
        """An audit entry about the request; kind and data as AuditEntry has them."""
        names = {"supplier": self.supplier, "customer": self.customer.name}
        return AuditEntry.objects.record(kind, about=self, at=now, **names, **data)
