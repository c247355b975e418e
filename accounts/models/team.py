"""Ways to work for a supplier: an admin invites a person, or a person asks to join."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.choices import JoinStatus
from accounts.models.memberships import Membership, Role
from accounts.models.notifications import Letter, Notification, notify
from accounts.models.people import User
from accounts.models.records import AuditEntry
from accounts.models.suppliers import Supplier
from core import mail
from core.models import (
    DailyCount,
    DecidedInTime,
    DecidedInTimeQuerySet,
    DecidedOnce,
    DecidedOnceQuerySet,
    Link,
    today,
)
from core.states import AlreadyDecided, status_field, transition


class CannotInvite(Exception):
    """No invitation can be sent now; `code` is the Refusal that says why."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


class Refusal(models.TextChoices):
    MEMBER = "member", _("This person already works here.")
    INACTIVE = "inactive", _("This person worked here before. Reactivate them below.")
    INVITED = "invited", _("This person is invited already. Send the invitation again instead.")
    SUSPENDED = (
        "suspended",
        _("Your company can’t invite people at the moment. Contact support to find out why."),
    )
    DAILY = "daily", _("Your company has sent all its invitations for today. Try again tomorrow.")


class InvitationStatus(models.TextChoices):
    PENDING = "pending", _("invited")
    ACCEPTED = "accepted", _("accepted")
    EXPIRED = "expired", _("expired")
    REVOKED = "revoked", _("revoked")


class TeamInvitationQuerySet(DecidedInTimeQuerySet):
    def revoke_all(self, now: datetime) -> None:
        # Each by its verb, which kills its links and drops its mails.
        for invitation in self.pending():
            invitation.revoke(now=now)


class TeamInvitation(DecidedInTime):
    """An admin's invitation to an address, to work for the supplier in a role."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="team_invitations")
    email = models.EmailField(_("e-mail"))
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.MEMBER)
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    status = status_field(InvitationStatus)
    created_at = models.DateTimeField(_("invited"), default=timezone.now)

    objects = TeamInvitationQuerySet.as_manager()

    class Meta(DecidedInTime.Meta):
        verbose_name = _("team invitation")
        verbose_name_plural = _("team invitations")
        ordering = ["-created_at", "pk"]
        constraints = [
            *DecidedInTime.Meta.constraints,
            models.UniqueConstraint(
                fields=["supplier", "email"],
                condition=Q(status=InvitationStatus.PENDING),
                name="one_team_invitation_per_address",
            ),
        ]

    def __str__(self):
        return self.email

    @classmethod
    def invite(cls, membership: Membership, email: str, role: str, *, now: datetime):
        """Invite an address to work for the admin's supplier in a role; returns the invitation.

        Raises CannotInvite, with nothing changed.
        """
        supplier, email = membership.supplier, User.objects.normalize_email(email)
        with transaction.atomic():
            # Of two invitations to an address, the second waits here and is refused.
            supplier.one_at_a_time()
            same = cls.objects.filter(supplier=supplier, email=email)
            # The worker may be late: an overdue invitation must not stand in the way of a fresh
            # one.
            same.decide_all(InvitationStatus.EXPIRED, now)
            if refusal := cls._refusal(supplier, email):
                raise CannotInvite(refusal)
            cls._spend_one_of_today(supplier, now)
            invitation = cls.objects.create(
                supplier=supplier,
                email=email,
                role=role,
                invited_by=membership.user,
                created_at=now,
                expires_at=now + timedelta(days=settings.PORTAL_INVITATION_DAYS),
            )
            invitation._record("colleague_invited", now, actor=membership.user)
            invitation._write(now)
        return invitation

    @classmethod
    def _refusal(cls, supplier, email):
        if supplier.is_suspended:
            return Refusal.SUSPENDED
        member = supplier.memberships.filter(user__email=email).first()
        if member:
            return Refusal.MEMBER if member.is_active else Refusal.INACTIVE
        is_invited = cls.objects.filter(supplier=supplier, email=email).pending().exists()
        return Refusal.INVITED if is_invited else None

    @staticmethod
    def _spend_one_of_today(supplier, now):
        limit = settings.PORTAL_TEAM_INVITATIONS_A_DAY
        if not DailyCount.objects.spend("team", str(supplier.pk), today(now), limit):
            raise CannotInvite(Refusal.DAILY)

    def resend(self, *, now: datetime, actor: User | None) -> None:
        """Mail a new link; the old link dies, the days start anew.

        Raises AlreadyDecided when the invitation is not pending, CannotInvite when the company may
        not invite now.
        """
        with transaction.atomic():
            # An admin who loses the role at this moment takes the invitation back, before or after.
            self.supplier.one_at_a_time()
            if self.supplier.is_suspended:
                raise CannotInvite(Refusal.SUSPENDED)
            self._spend_one_of_today(self.supplier, now)
            self.expires_at = now + timedelta(days=settings.PORTAL_INVITATION_DAYS)
            mine = TeamInvitation.objects.filter(pk=self.pk)
            transition(mine.pending(), expires_at=self.expires_at)
            self.links().revoke(now)
            self._record("colleague_invited_again", now, actor=actor)
            self._write(now)

    def revoke(self, *, now: datetime, actor: User | None = None) -> None:
        """Take the invitation back; raises AlreadyDecided when it is not pending."""
        with transaction.atomic():
            # Before the row's own lock, as every verb of the team does.
            self.supplier.one_at_a_time()
            self._decide(InvitationStatus.REVOKED, now=now)
            self.links().revoke(now)
            self._record("colleague_invitation_revoked", now, actor=actor)

    def accept(self, user: User, *, now: datetime, link: Link) -> Membership:
        """Let the invited person work for the supplier; returns their membership.

        The caller has checked that the invited address is a verified address of `user`. Raises
        AlreadyDecided when the invitation no longer waits, CannotInvite for a person whom an admin
        has deactivated: an admin reactivates them.
        """
        with transaction.atomic():
            # An admin who deactivates the person at this moment comes before or after, never
            # between.
            self.supplier.one_at_a_time()
            if self.supplier.has_deactivated(user):
                raise CannotInvite(Refusal.INACTIVE)
            self._decide(InvitationStatus.ACCEPTED, now=now)
            link.use(now)
            self.links().revoke(now)
            return Membership.join(self.supplier, user, self.role, now=now, actor=user)

    def links(self):
        return Link.objects.of("team", self.pk)

    def _write(self, now):
        link, token = Link.issue("team", self.pk, self.email, self.expires_at)
        known = User.objects.filter(email=self.email).first()
        mail.send(
            "team_invitation",
            self.email,
            (known or self.invited_by).mail_language,
            about=self,
            link=link,
            not_before=DailyCount.objects.mail_slot(self.email, now),
            valid_until=self.expires_at,
            invitation=self,
            token=token,
        )

    def _record(self, kind, now, *, actor):
        AuditEntry.objects.record(
            kind,
            about=self,
            at=now,
            supplier=self.supplier,
            actor=actor,
            email=self.email,
            role=self.role,
        )


class JoinRequestQuerySet(DecidedOnceQuerySet):
    def for_operator(self):
        """Select pending requests to companies without an admin who could decide them."""
        with_admin = Membership.objects.admins().values("supplier")
        return self.pending().exclude(supplier__in=with_admin)


class JoinRequest(DecidedOnce):
    """A person's request to work for a supplier whose domain they share.

    Where the supplier has no admin, they ask to be its admin.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    supplier = models.ForeignKey(
        Supplier, models.PROTECT, related_name="join_requests", verbose_name=_("supplier")
    )
    user = models.ForeignKey(
        User, models.PROTECT, related_name="join_requests", verbose_name=_("person")
    )
    as_admin = models.BooleanField(_("as admin"), default=False)
    status = status_field(JoinStatus)
    created_at = models.DateTimeField(_("asked"), default=timezone.now)

    objects = JoinRequestQuerySet.as_manager()

    class Meta(DecidedOnce.Meta):
        verbose_name = _("request to join")
        verbose_name_plural = _("requests to join")
        ordering = ["-created_at", "pk"]
        constraints = [
            *DecidedOnce.Meta.constraints,
            models.UniqueConstraint(
                fields=["supplier", "user"],
                condition=Q(status=JoinStatus.PENDING),
                name="one_join_request_per_person",
            ),
        ]

    def __str__(self):
        return f"{self.user} → {self.supplier}"

    @classmethod
    def ask(cls, user: User, supplier: Supplier, *, now: datetime) -> "JoinRequest":
        """Ask to join the supplier, once at a time; returns the pending request.

        Without an admin there, it goes to the operator. Raises AlreadyDecided when the person works
        there in that way already. The caller has checked that the supplier is theirs, or among
        Supplier.objects.sharing_domain() of their address.
        """
        with transaction.atomic():
            # Two clicks make a single request, and no admin comes or goes between looking and
            # asking.
            supplier.one_at_a_time()
            admins = [membership.user for membership in supplier.admins()]
            if admins and supplier.memberships.active().filter(user=user).exists():
                raise AlreadyDecided
            asked, is_new = cls.objects.get_or_create(
                supplier=supplier,
                user=user,
                status=JoinStatus.PENDING,
                defaults={"created_at": now, "as_admin": not admins},
            )
            if is_new:
                AuditEntry.objects.record(
                    "join_asked", about=asked, supplier=supplier, actor=user, at=now
                )
                asked._tell(admins, now)
        return asked

    def _tell(self, admins, now):
        # Asking and withdrawing in turn must not fill the admins' mailboxes: they get a mail a day.
        pair = f"{self.user_id} {self.supplier_id}"
        is_first_today = DailyCount.objects.spend("joining", pair, today(now), 1)
        notify(
            self.supplier,
            "join_asked",
            about=self,
            users=admins,
            at=now,
            letter=Letter(admins if is_first_today else [], {"asked": self}),
            person=self.user.name,
        )

    def accept(self, role: str, *, now: datetime, actor: User, reason: str = "") -> Membership:
        """Let the person work for the supplier in a role, and mail them; returns the membership.

        `reason`: an operator's, here and in `decline()`. Raises AlreadyDecided when the request is
        decided.
        """
        with transaction.atomic():
            # Before the row's own lock, as every verb of the team does.
            self.supplier.one_at_a_time()
            self._decide(JoinStatus.ACCEPTED, now=now)
            membership = Membership.join(
                self.supplier, self.user, role, now=now, actor=actor, reason=reason
            )
            self._answer("join_accepted", membership=membership)
        return membership

    def decline(self, *, now: datetime, actor: User, reason: str = "") -> None:
        """Keep the person out, and mail them; raises AlreadyDecided when the request is decided."""
        with transaction.atomic():
            self.supplier.one_at_a_time()  # see accept()
            self._decide(JoinStatus.DECLINED, now=now)
            AuditEntry.objects.record(
                "join_declined",
                about=self,
                at=now,
                supplier=self.supplier,
                actor=actor,
                reason=reason,
                person=self.user.name,
            )
            self._answer("join_declined")

    def withdraw(self, *, now: datetime) -> None:
        """Take the request back for the person, and delete the admins' news about it.

        Raises AlreadyDecided when the request is decided.
        """
        with transaction.atomic():
            self.supplier.one_at_a_time()  # see accept()
            self._decide(JoinStatus.WITHDRAWN, now=now)
            Notification.objects.filter(kind="join_asked", object_id=self.pk).delete()
            AuditEntry.objects.record(
                "join_withdrawn", about=self, at=now, supplier=self.supplier, actor=self.user
            )

    def _answer(self, letter, **context):
        mail.send(
            letter,
            self.user.email,
            self.user.mail_language,
            about=self,
            asked=self,
            person=self.user,
            **context,
        )
