"""A customer invites a supplier, by an address: the one state machine of an invitation."""

import uuid
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import models, transaction
from django.db.models import CharField, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEntry, Membership, Supplier, User, notify
from accounts.names import validate_name
from connections.models import invited_until
from connections.models.invitation_checks import CannotInviteSupplier, Verdict, check_rows
from core import mail
from core.models import DailyCount, Link, Mail, today
from core.states import transition
from customers.models import Customer, CustomerProfile, Stage


class InvitationStatus(models.TextChoices):
    OPEN = "open", _("open")
    ACCEPTED = "accepted", _("accepted")
    EXPIRED = "expired", _("expired")
    REVOKED = "revoked", _("revoked")


class InvitationQuerySet(models.QuerySet):
    def waiting(self, now):
        """Those that can still be accepted; an overdue one counts as expired before the worker has run."""
        return self.filter(status=InvitationStatus.OPEN, expires_at__gt=now)

    def overdue(self, now):
        """Those whose time is over and that the worker has not expired yet."""
        return self.filter(status=InvitationStatus.OPEN, expires_at__lte=now)

    def for_person(self, user):
        """Those to an address that the person has proved to be theirs."""
        addresses = EmailAddress.objects.filter(user=user, verified=True)
        return self.filter(
            email__in=[address.lower() for address in addresses.values_list("email", flat=True)]
        )

    def for_supplier(self, supplier):
        """Those to a verified address of one of its active admins."""
        admins = supplier.memberships.admins().values("user")
        return self.filter(
            email__in=EmailAddress.objects.filter(user__in=admins, verified=True).values("email")
        )

    def unseen(self, now):
        """Waiting ones to a verified address of a supplier's admin whose profile does not show them yet."""
        admins = Membership.objects.admins().filter(
            user__emailaddress__verified=True, user__emailaddress__email=OuterRef("email")
        )
        shown = CustomerProfile.objects.filter(
            supplier=OuterRef("supplier"), customer=OuterRef(OuterRef("customer"))
        )
        settled = shown.filter(Q(invited_until__isnull=False) | Q(stage=Stage.CONNECTED))
        return self.waiting(now).filter(Exists(admins.exclude(Exists(settled))))

    def forget(self):
        """Delete them; what the audit trail says of them names no address any more."""
        ids = [str(pk) for pk in self.values_list("pk", flat=True)]
        AuditEntry.objects.filter(
            object_type=Invitation._meta.label_lower, object_id__in=ids
        ).forget("email", "to", "before")
        Invitation.objects.filter(forwarded_from__in=ids).update(forwarded_from=None)
        Invitation.objects.filter(pk__in=ids).delete()

    def with_mail(self):
        """Each with `mail_state` and `mail_words`, of the newest mail about it."""
        mails = Mail.objects.filter(about_id=Cast(OuterRef("pk"), CharField())).order_by(
            "-created_at"
        )
        return self.annotate(
            mail_state=Subquery(mails.values("state")[:1]),
            mail_words=Subquery(mails.values("smtp_reply")[:1]),
        )


class Invitation(models.Model):
    """Open until it is accepted, expires or is revoked. Sending again makes a new link; the old one dies."""

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
        User,
        models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("invited by"),
    )
    batch = models.ForeignKey(
        "InvitationBatch",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="invitations",
        editable=False,
    )
    forwarded_from = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, editable=False
    )
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=InvitationStatus.choices,
        default=InvitationStatus.OPEN,
        editable=False,
    )
    created_at = models.DateTimeField(_("invited"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires"), editable=False)
    opened_at = models.DateTimeField(_("opened"), null=True, blank=True, editable=False)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True, editable=False)
    supplier = models.ForeignKey(
        Supplier,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("supplier"),
    )
    accepted_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("accepted by"),
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-created_at", "pk"]
        indexes = [
            models.Index(
                fields=["email"],
                name="open_invitations_to",
                condition=Q(status=InvitationStatus.OPEN),
            ),
            models.Index(
                fields=["expires_at"],
                name="open_invitations",
                condition=Q(status=InvitationStatus.OPEN),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "email"],
                condition=Q(status=InvitationStatus.OPEN),
                name="one_open_invitation_per_address",
            ),
            models.CheckConstraint(
                condition=Q(status=InvitationStatus.OPEN, decided_at__isnull=True)
                | (~Q(status=InvitationStatus.OPEN) & Q(decided_at__isnull=False)),
                name="decided_invitation_has_a_date",
            ),
            models.CheckConstraint(
                condition=~Q(status=InvitationStatus.ACCEPTED) | Q(supplier__isnull=False),
                name="accepted_by_a_supplier",
            ),
        ]

    def __str__(self):
        return f"{self.customer} → {self.email}"

    # Sending --------------------------------------------------------------------------------------------------

    @classmethod
    def send(cls, customer, rows, *, now, actor, batch=None, forwarded_from=None):
        """Invite the rows of `check_rows()` that are still new, each {email, company, name, language, message}.

        Returns the invitations. Raises CannotInviteSupplier, with nothing changed, when today's number does not suffice.
        """
        with transaction.atomic():
            Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
            rows = [
                row for row in check_rows(customer, rows, now=now) if row["verdict"] == Verdict.NEW
            ]
            cls._spend_of_today(len(rows), now)
            addresses = [row["email"] for row in rows]
            cls._make_way(customer, addresses, now)
            about = {
                "customer": customer,
                "invited_by": actor,
                "batch": batch,
                "forwarded_from": forwarded_from,
            }
            until = now + timedelta(days=settings.PORTAL_INVITATION_DAYS)
            invitations = cls.objects.bulk_create(
                cls(
                    **{
                        name: row[name]
                        for name in ("email", "company", "name", "language", "message")
                    },
                    **about,
                    created_at=now,
                    expires_at=until,
                )
                for row in rows
            )
            cls._write(invitations, now)
            cls._record_all("supplier_invited", invitations, now, actor)
            invited_until.refresh(customer, addresses, now, notify=True)
        return invitations

    def resend(self, *, now, actor=None, reason=""):
        """Write again with a new link; the days start anew, also of one that has expired. AlreadyDecided otherwise.

        Raises CannotInviteSupplier when today's number is used up, or the address is invited anew or connected already.
        `reason`: an operator's, here and in `revoke()`.
        """
        with transaction.atomic():
            Customer.objects.select_for_update(no_key=True).get(pk=self.customer_id)
            if (
                check_rows(self.customer, [{"email": self.email}], now=now)[0]["verdict"]
                == Verdict.CONNECTED
            ):
                raise CannotInviteSupplier(Verdict.CONNECTED)
            self._spend_of_today(1, now)
            others = Invitation.objects.filter(customer=self.customer, email=self.email).exclude(
                pk=self.pk
            )
            if others.waiting(now).exists():
                raise CannotInviteSupplier(Verdict.INVITED)
            self._make_way(self.customer, [self.email], now, except_for=self)
            self.expires_at = now + timedelta(days=settings.PORTAL_INVITATION_DAYS)
            transition(
                Invitation.objects.filter(
                    pk=self.pk, status__in=[InvitationStatus.OPEN, InvitationStatus.EXPIRED]
                ),
                status=InvitationStatus.OPEN,
                decided_at=None,
                expires_at=self.expires_at,
            )
            self.links().revoke(now)
            self._write([self], now)
            self._record_all("invitation_resent", [self], now, actor, reason=reason)
            invited_until.refresh(self.customer, [self.email], now)

    def correct(self, email, *, now, actor):
        """Send it to another address instead. CannotInviteSupplier for one that can't be invited, AlreadyDecided when closed."""
        email, before = User.objects.normalize_email(email), self.email
        with transaction.atomic():
            Customer.objects.select_for_update(no_key=True).get(pk=self.customer_id)
            verdict = check_rows(self.customer, [{"email": email}], now=now)[0]["verdict"]
            if verdict != Verdict.NEW:
                raise CannotInviteSupplier(verdict)
            self._make_way(self.customer, [email], now)
            transition(
                Invitation.objects.filter(pk=self.pk, status=InvitationStatus.OPEN),
                email=email,
                opened_at=None,
            )
            self.email = email
            self._record_all("invitation_corrected", [self], now, actor, before=before)
            self.resend(now=now, actor=actor)
            invited_until.refresh(self.customer, [before], now)

    def revoke(self, *, now, actor, reason=""):
        """Take it back. AlreadyDecided when it is closed."""
        with transaction.atomic():
            Customer.objects.select_for_update(no_key=True).get(pk=self.customer_id)
            self._close(InvitationStatus.REVOKED, now)
            self._record_all("invitation_revoked", [self], now, actor, reason=reason)
            invited_until.refresh(self.customer, [self.email], now)

    def expire(self, *, now):
        """Time ran out. AlreadyDecided when it is not overdue."""
        with transaction.atomic():
            Customer.objects.select_for_update(no_key=True).get(pk=self.customer_id)
            self._close(InvitationStatus.EXPIRED, now)
            invited_until.refresh(self.customer, [self.email], now)

    def forward(self, email, *, now):
        """Whoever holds the invitation passes it on to a colleague: theirs is closed, a fresh one goes out.

        The caller has checked that both addresses are of one company domain. Returns the fresh invitation; raises
        CannotInviteSupplier or AlreadyDecided with nothing changed.
        """
        row = {"email": User.objects.normalize_email(email), "company": self.company, "name": ""}
        row |= {"language": self.language, "message": self.message}
        with transaction.atomic():
            Customer.objects.select_for_update(no_key=True).get(pk=self.customer_id)
            verdict = check_rows(self.customer, [row], now=now)[0]["verdict"]
            if verdict != Verdict.NEW:
                raise CannotInviteSupplier(verdict)
            self._close(InvitationStatus.REVOKED, now)
            self._record_all("invitation_forwarded", [self], now, None, to=row["email"])
            invited_until.refresh(self.customer, [self.email], now)
            return Invitation.send(
                self.customer, [row], now=now, actor=self.invited_by, forwarded_from=self
            )[0]

    @classmethod
    def _make_way(cls, customer, addresses, now, except_for=None):
        """Expire what is overdue before the worker does, so that it does not stand in the way of a fresh one."""
        old = cls.objects.filter(customer=customer, email__in=addresses).overdue(now)
        old.exclude(pk=except_for and except_for.pk).update(
            status=InvitationStatus.EXPIRED, decided_at=now
        )

    @staticmethod
    def _spend_of_today(number, now):
        limit = settings.PORTAL_INVITATIONS_A_DAY
        if number and not DailyCount.objects.spend("invitations", "all", today(now), limit, number):
            raise CannotInviteSupplier

    @staticmethod
    def _write(invitations, now):
        """A fresh link and a letter for each; of one customer, and in the order in which days' places are taken."""
        invitations = sorted(invitations, key=lambda one: one.email)
        steps = list(invitations[0].customer.steps.asked()) if invitations else []
        issued = Link.issue_all(
            "invitation", [(one.pk, one.email, one.expires_at) for one in invitations]
        )
        letters = []
        for invitation, (link, token) in zip(invitations, issued, strict=True):
            letters.append(
                mail.write(
                    "invitation",
                    invitation.email,
                    invitation.language,
                    {"invitation": invitation, "token": token, "steps": steps, **_line(invitation)},
                    about_type=Invitation._meta.label_lower,
                    about_id=str(invitation.pk),
                    link=link,
                    not_before=DailyCount.objects.mail_slot(invitation.email, now),
                    valid_until=invitation.expires_at,
                )
            )
        mail.queue_all(letters)

    # Accepting ------------------------------------------------------------------------------------------------

    def mark_opened(self, *, now):
        """Somebody with the link has gone on from its page."""
        Invitation.objects.filter(pk=self.pk, opened_at=None).waiting(now).update(opened_at=now)

    def accept(self, membership, *, now):
        """Connect the member's supplier with the customer, once. AlreadyDecided when it no longer waits.

        The caller has checked that the member is an admin and that the invited address is a verified one of theirs, and
        holds the customer's row. A waiting request of the same pair is answered by it; the invitation is taken from every
        other supplier.
        """
        supplier, user = membership.supplier, membership.user
        with transaction.atomic():
            profile = CustomerProfile.locked(supplier, self.customer)
            self._close(InvitationStatus.ACCEPTED, now, supplier=supplier, accepted_by=user)
            for overdue in profile.requests.overdue(now):
                overdue.expire(now=now)
            if not profile.is_connected:
                profile.connect(now)
            profile.show_to([membership])
            for request in profile.requests.waiting(now).select_related("supplier", "customer"):
                request.answered_by_invitation(now=now, actor=user)
            Invitation.answered(profile, now)
            self._record_all("invitation_accepted", [self], now, user, supplier=supplier)
            people = [one.user for one in profile.people() if one.user != user]
            words = {"customer": self.customer.name, "person": user.name}
            notify(supplier, "invitation_accepted", about=profile, users=people, at=now, **words)
            invited_until.refresh(self.customer, [self.email], now)

    @classmethod
    def answered(cls, profile, now):
        """The pair is connected: whatever else of the customer is open to the supplier's admins is closed with it."""
        for other in (
            cls.objects.filter(customer=profile.customer)
            .waiting(now)
            .for_supplier(profile.supplier)
        ):
            other._close(InvitationStatus.ACCEPTED, now, supplier=profile.supplier)
            invited_until.refresh(profile.customer, [other.email], now)

    def _close(self, status, now, **columns):
        """The one door out of open: in time, once."""
        mine = Invitation.objects.filter(pk=self.pk, status=InvitationStatus.OPEN)
        if status == InvitationStatus.EXPIRED:
            mine = mine.overdue(now)
        elif status == InvitationStatus.ACCEPTED:
            mine = mine.waiting(now)
        transition(mine, status=status, decided_at=now, **columns)
        self.status, self.decided_at = status, now
        if status == InvitationStatus.ACCEPTED:
            self.links().live(now).update(used_at=now)
        self.links().revoke(now)

    # Telling --------------------------------------------------------------------------------------------------

    def links(self):
        """Every link into this invitation, dead or alive."""
        return Link.objects.of("invitation", self.pk)

    def status_at(self, now):
        """The status as it counts: an overdue open one is expired before the worker has run."""
        return (
            InvitationStatus.EXPIRED
            if self.status == InvitationStatus.OPEN and self.expires_at <= now
            else self.status
        )

    @staticmethod
    def _record_all(kind, invitations, now, actor, *, supplier=None, reason="", **data):
        """For the operator; the supplier reads only that it accepted."""
        data |= {"reason": reason} if reason else {}
        audience = AuditEntry.SUPPLIER if supplier else AuditEntry.OPERATOR
        AuditEntry.objects.bulk_create(
            AuditEntry(
                kind=kind,
                actor=actor,
                supplier=supplier,
                object_type=Invitation._meta.label_lower,
                object_id=str(one.pk),
                audience=audience,
                data={"customer": one.customer.name, "email": one.email} | data,
                at=now,
            )
            for one in invitations
        )


def _line(invitation):
    return {"line_from": invitation.customer.name, "line_to": invitation.company}


def no_longer_invited(now):
    """Profiles that show an invitation, where none waits for an admin's address any more: the role or the address has gone."""
    admins = Membership.objects.admins().filter(
        supplier=OuterRef(OuterRef("supplier")),
        user__emailaddress__verified=True,
        user__emailaddress__email=OuterRef("email"),
    )
    matching = Invitation.objects.waiting(now).filter(Exists(admins), customer=OuterRef("customer"))
    return CustomerProfile.objects.filter(invited_until__gt=now).exclude(Exists(matching))
