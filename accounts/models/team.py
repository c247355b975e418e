"""How somebody comes to work for a supplier that is there already: invited by an admin, or asking to join."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.choices import InvitationState, JoinState
from accounts.models.memberships import Membership, Role
from accounts.models.notifications import Letter, Notification, notify
from accounts.models.people import User
from accounts.models.records import AuditEntry
from accounts.models.suppliers import Supplier
from core import mail
from core.models import DailyCount, Link, today
from core.states import AlreadyDecided, transition


class CannotInvite(Exception):
    """Why nobody can be invited now; `code` is a Refusal."""

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


class TeamInvitationQuerySet(models.QuerySet):
    def waiting(self, now):
        """Those that can still be accepted; an overdue one counts as expired whatever its row says."""
        return self.filter(status=InvitationState.PENDING, expires_at__gt=now)

    def unanswered(self):
        return self.filter(status=InvitationState.PENDING)

    def overdue(self, now):
        """Those whose time is over and that the worker has not expired yet."""
        return self.filter(status=InvitationState.PENDING, expires_at__lte=now)

    def revoke_all(self, now):
        """Take back what nobody has accepted, with the links and mails into it."""
        for invitation in self.filter(status=InvitationState.PENDING):
            invitation.revoke(now=now)


class TeamInvitation(models.Model):
    """An admin asks an address to work for the supplier, in a role, once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="team_invitations")
    email = models.EmailField(_("e-mail"))
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.MEMBER)
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    status = models.CharField(
        _("status"), max_length=10, choices=InvitationState.choices, default=InvitationState.PENDING
    )
    created_at = models.DateTimeField(_("invited"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"))
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = TeamInvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("team invitation")
        verbose_name_plural = _("team invitations")
        ordering = ["-created_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "email"],
                condition=Q(status=InvitationState.PENDING),
                name="one_team_invitation_per_address",
            ),
            models.CheckConstraint(
                condition=Q(status=InvitationState.PENDING, decided_at__isnull=True)
                | (~Q(status=InvitationState.PENDING) & Q(decided_at__isnull=False)),
                name="team_invitation_decided_has_a_date",
            ),
        ]

    def __str__(self):
        return self.email

    @classmethod
    def invite(cls, membership, email, role, *, now):
        """The member, an admin, asks an address to join in a role; mails it. CannotInvite, with nothing changed, when it can't."""
        supplier, email = membership.supplier, User.objects.normalize_email(email)
        with transaction.atomic():
            supplier.one_at_a_time()
            cls.objects.filter(supplier=supplier, email=email).overdue(now).update(
                status=InvitationState.EXPIRED, decided_at=now
            )
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
        return (
            Refusal.INVITED
            if cls.objects.filter(supplier=supplier, email=email).unanswered().exists()
            else None
        )

    @staticmethod
    def _spend_one_of_today(supplier, now):
        limit = settings.PORTAL_TEAM_INVITATIONS_A_DAY
        if not DailyCount.objects.spend("team", str(supplier.pk), today(now), limit):
            raise CannotInvite(Refusal.DAILY)

    def resend(self, *, now, actor):
        """Write again with a new link; the old one dies, the days start anew. AlreadyDecided when it is answered.

        Raises CannotInvite when the company may not, or not today.
        """
        with transaction.atomic():
            self.supplier.one_at_a_time()
            if self.supplier.is_suspended:
                raise CannotInvite(Refusal.SUSPENDED)
            self._spend_one_of_today(self.supplier, now)
            self.expires_at = now + timedelta(days=settings.PORTAL_INVITATION_DAYS)
            transition(
                TeamInvitation.objects.filter(pk=self.pk).unanswered(), expires_at=self.expires_at
            )
            self.links().revoke(now)
            self._record("colleague_invited_again", now, actor=actor)
            self._write(now)

    def revoke(self, *, now, actor=None):
        """Take it back. AlreadyDecided when it is answered."""
        with transaction.atomic():
            self.supplier.one_at_a_time()
            transition(
                TeamInvitation.objects.filter(pk=self.pk).unanswered(),
                status=InvitationState.REVOKED,
                decided_at=now,
            )
            self.links().revoke(now)
            self._record("colleague_invitation_revoked", now, actor=actor)

    def accept(self, user, *, now, link):
        """The invited person comes in; returns their membership. AlreadyDecided when it no longer waits.

        The caller has checked that the invited address is a verified one of `user`. Whom an admin has deactivated an admin
        reactivates: CannotInvite.
        """
        with transaction.atomic():
            self.supplier.one_at_a_time()
            if self.supplier.has_deactivated(user):
                raise CannotInvite(Refusal.INACTIVE)
            transition(
                TeamInvitation.objects.filter(pk=self.pk).waiting(now),
                status=InvitationState.ACCEPTED,
                decided_at=now,
            )
            link.use(now)
            self.links().revoke(now)
            return Membership.join(self.supplier, user, self.role, now=now, actor=user)

    def links(self):
        """The links into this invitation that were not used yet."""
        return Link.objects.of("team", self.pk)

    def state_at(self, now):
        """The status as it counts: an overdue one is expired before the worker has run."""
        overdue = self.status == InvitationState.PENDING and self.expires_at <= now
        return InvitationState.EXPIRED if overdue else self.status

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

    def _record(self, kind, now, *, actor=None):
        about = {"supplier": self.supplier, "actor": actor, "email": self.email, "role": self.role}
        AuditEntry.objects.record(kind, about=self, at=now, **about)


class JoinRequestQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(status=JoinState.PENDING)

    def for_operator(self):
        """Those that no admin can decide, for the company has none."""
        with_admin = Membership.objects.admins().values("supplier")
        return self.waiting().exclude(supplier__in=with_admin)


class JoinRequest(models.Model):
    """Somebody whose address is of the supplier's domain asks to work for it; in a company without admins, to be its admin."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    supplier = models.ForeignKey(
        Supplier, models.PROTECT, related_name="join_requests", verbose_name=_("supplier")
    )
    user = models.ForeignKey(
        User, models.PROTECT, related_name="join_requests", verbose_name=_("person")
    )
    as_admin = models.BooleanField(_("as admin"), default=False)
    status = models.CharField(
        _("status"), max_length=10, choices=JoinState.choices, default=JoinState.PENDING
    )
    created_at = models.DateTimeField(_("asked"), default=timezone.now)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    objects = JoinRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request to join")
        verbose_name_plural = _("requests to join")
        ordering = ["-created_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "user"],
                condition=Q(status=JoinState.PENDING),
                name="one_join_request_per_person",
            ),
            models.CheckConstraint(
                condition=Q(status=JoinState.PENDING, decided_at__isnull=True)
                | (~Q(status=JoinState.PENDING) & Q(decided_at__isnull=False)),
                name="join_request_decided_has_a_date",
            ),
        ]

    def __str__(self):
        return f"{self.user} → {self.supplier}"

    @classmethod
    def ask(cls, user, supplier, *, now):
        """Ask to join, once at a time; without an admin there, the operator is asked to make the person one.

        Returns the waiting request. AlreadyDecided when the person works there in that way already. The caller has checked
        that the supplier is one of Supplier.objects.sharing_domain() of the person, or theirs.
        """
        with transaction.atomic():
            supplier.one_at_a_time()
            admins = [membership.user for membership in supplier.admins()]
            if admins and supplier.memberships.active().filter(user=user).exists():
                raise AlreadyDecided
            asked, is_new = cls.objects.get_or_create(
                supplier=supplier,
                user=user,
                status=JoinState.PENDING,
                defaults={"created_at": now, "as_admin": not admins},
            )
            if is_new:
                AuditEntry.objects.record(
                    "join_asked", about=asked, supplier=supplier, actor=user, at=now
                )
                first_today = DailyCount.objects.spend(
                    "joining", f"{user.pk} {supplier.pk}", today(now), 1
                )
                letter = Letter(admins if first_today else [], {"asked": asked})
                notify(
                    supplier,
                    "join_asked",
                    about=asked,
                    users=admins,
                    at=now,
                    letter=letter,
                    person=user.name,
                )
        return asked

    def accept(self, role, *, now, actor, reason=""):
        """Let the person in, in a role; they are mailed. AlreadyDecided when it is decided. Returns the membership.

        `reason`: an operator's, here and in `decline()`.
        """
        with transaction.atomic():
            self.supplier.one_at_a_time()
            self._decide(JoinState.ACCEPTED, now)
            membership = Membership.join(
                self.supplier, self.user, role, now=now, actor=actor, reason=reason
            )
            self._answer("join_accepted", membership=membership)
        return membership

    def decline(self, *, now, actor, reason=""):
        """Don't let the person in; they are mailed. AlreadyDecided when it is decided."""
        with transaction.atomic():
            self.supplier.one_at_a_time()
            self._decide(JoinState.DECLINED, now)
            about = {"supplier": self.supplier, "actor": actor, "reason": reason}
            AuditEntry.objects.record(
                "join_declined", about=self, at=now, person=self.user.name, **about
            )
            self._answer("join_declined")

    def withdraw(self, *, now):
        """The person takes it back, and the admins' bells ask them no longer. AlreadyDecided when it is decided."""
        with transaction.atomic():
            self.supplier.one_at_a_time()
            self._decide(JoinState.WITHDRAWN, now)
            Notification.objects.filter(kind="join_asked", object_id=self.pk).delete()
            about = {"supplier": self.supplier, "actor": self.user}
            AuditEntry.objects.record("join_withdrawn", about=self, at=now, **about)

    def _decide(self, status, now):
        transition(JoinRequest.objects.filter(pk=self.pk).waiting(), status=status, decided_at=now)

    def _answer(self, name, **context):
        mail.send(
            name,
            self.user.email,
            self.user.mail_language,
            about=self,
            asked=self,
            person=self.user,
            **context,
        )
