"""A person's work for a supplier, in a role."""

from datetime import datetime

import pghistory
from allauth.mfa.models import Authenticator
from django.contrib.postgres.functions import RandomUUID
from django.db import models, transaction
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.choices import JoinStatus
from accounts.models.notifications import Letter, Notification, notify
from accounts.models.people import PendingCompany, User
from accounts.models.records import AuditEntry
from accounts.models.suppliers import Supplier
from core.states import transition


class Role(models.TextChoices):
    """From the least to the most; `rank` compares them."""

    VIEWER = "viewer", _("Viewer")
    MEMBER = "member", _("Member")
    ADMIN = "admin", _("Admin")

    @property
    def rank(self):
        return list(Role).index(self)


class MembershipQuerySet(models.QuerySet):
    def active(self):
        """Select memberships that open the portal: not deactivated, and their person neither."""
        return self.filter(is_active=True, user__is_active=True)

    def deactivated(self):
        # An admin can reactivate these; the operator reopens a closed account first.
        return self.filter(is_active=False, user__closed_at=None)

    def with_unread(self):
        mine = Notification.objects.unread().filter(
            user=OuterRef("user"), supplier=OuterRef("supplier")
        )
        counted = mine.order_by().values("user").annotate(number=Count("pk")).values("number")
        return self.annotate(unread=Coalesce(Subquery(counted), 0))

    def with_asking(self):
        # The people who wait for an answer of the supplier's admins.
        waiting = Count("join_requests", filter=Q(join_requests__status=JoinStatus.PENDING))
        supplier = Supplier.objects.order_by().filter(pk=OuterRef("supplier")).values("pk")
        return self.annotate(asking=Subquery(supplier.annotate(number=waiting).values("number")))

    def with_second_factor(self):
        kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
        return self.annotate(
            has_second_factor=Exists(
                Authenticator.objects.filter(user=OuterRef("user"), type__in=kinds)
            )
        )

    def admins(self):
        return self.active().filter(role=Role.ADMIN)


class LastAdmin(Exception):
    """The company would be left without an admin; another member has to become admin first."""


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=["key"]
)
class Membership(models.Model):
    """A person's work for a supplier, in a role; a supplier with an admin keeps at least one."""

    key = models.UUIDField(unique=True, editable=False, db_default=RandomUUID())
    supplier = models.ForeignKey(
        Supplier, models.PROTECT, related_name="memberships", verbose_name=_("supplier")
    )
    user = models.ForeignKey(
        User, models.PROTECT, related_name="memberships", verbose_name=_("person")
    )
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.MEMBER)
    sees_all_customers = models.BooleanField(_("sees all customers"), default=True)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["supplier", "user"], name="one_membership_per_person")
        ]

    def __str__(self):
        return f"{self.user} ({self.supplier})"

    # Viewers only read; members also search, request and answer.
    @property
    def may_act(self):
        return self.may(Role.MEMBER)

    @property
    def is_admin(self):
        return self.may(Role.ADMIN)

    def may(self, at_least: Role) -> bool:
        return Role(self.role).rank >= Role(at_least).rank

    @classmethod
    def join(
        cls,
        supplier: Supplier,
        user: User,
        role: Role,
        *,
        now: datetime,
        actor: User,
        reason: str = "",
    ) -> "Membership":
        """Let a person work for the supplier, now or again; returns the membership.

        A member keeps a higher role than `role`. The supplier's other admins get news of it.
        """
        with transaction.atomic():
            supplier.one_at_a_time()
            fresh = {"role": role, "is_active": True, "sees_all_customers": True}
            membership, is_new = cls.objects.get_or_create(
                supplier=supplier, user=user, defaults=fresh
            )
            if not is_new and not membership.is_active:
                membership._set(**fresh)
            elif not is_new and not membership.may(role):
                membership._set(role=role)
            PendingCompany.objects.filter(user=user).delete()
            membership._close_other_ways_in(now, JoinStatus.ACCEPTED)
            membership.record("member_joined", now, actor, reason=reason)
            _tell_admins_of_joining(membership, now, actor)
        return membership

    def change_role(self, role: Role, *, now: datetime, actor: User, reason: str = "") -> None:
        """Give the member another role, and tell them.

        Raises LastAdmin when nobody else is admin, AlreadyDecided when they no longer work here.
        """
        with transaction.atomic():
            self._leave_an_admin(role == Role.ADMIN)
            transition(Membership.objects.filter(pk=self.pk, is_active=True), role=role)
            before, self.role = self.role, role
            if before == role:
                return
            self.record("role_changed", now, actor, before=before, reason=reason)
            self._take_back_invitations(now)
            if self.user != actor:
                _tell_of_role(self, now)

    def deactivate(self, *, now: datetime, actor: User, reason: str = "") -> None:
        """End the member's work here.

        Raises LastAdmin when nobody else is admin, AlreadyDecided when they no longer work here.
        """
        with transaction.atomic():
            self._leave_an_admin(stays=False)
            transition(Membership.objects.filter(pk=self.pk, is_active=True), is_active=False)
            self.is_active = False
            kind = "member_left" if self.user == actor else "member_deactivated"
            self.record(kind, now, actor, reason=reason)
            self._take_back_invitations(now)
            self._close_other_ways_in(now, JoinStatus.DECLINED)
            if self.user != actor:
                self.supplier.mail_members("member_deactivated", [self], membership=self)

    def reactivate(self, *, now: datetime, actor: User, reason: str = "") -> None:
        """Let the member work here again, in the role of before.

        Raises AlreadyDecided when they work here, or closed their account.
        """
        with transaction.atomic():
            transition(Membership.objects.filter(pk=self.pk).deactivated(), is_active=True)
            self.is_active = True
            self.record("member_reactivated", now, actor, reason=reason)
            self.supplier.mail_members("member_reactivated", [self], membership=self)

    def record(self, kind: str, now: datetime, actor: User, **data) -> None:
        AuditEntry.objects.record(
            kind,
            about=self,
            supplier=self.supplier,
            actor=actor,
            at=now,
            person=self.user.name,
            role=self.role,
            **data,
        )

    def _leave_an_admin(self, stays):
        # Two admins who leave at once would each count the other.
        self.supplier.one_at_a_time()
        self.refresh_from_db(fields=["role", "is_active"])
        others = Membership.objects.admins().filter(supplier=self.supplier_id).exclude(pk=self.pk)
        if not stays and self.is_active and self.role == Role.ADMIN and not others.exists():
            raise LastAdmin

    def _take_back_invitations(self, now):
        # An invitation gives no more than its sender has.
        if not (self.is_active and self.role == Role.ADMIN):
            self.supplier.team_invitations.filter(invited_by=self.user).revoke_all(now)

    def _close_other_ways_in(self, now, answer):
        self.supplier.team_invitations.filter(email=self.user.email).revoke_all(now)
        self.supplier.join_requests.filter(user=self.user).decide_all(answer, now)

    def _set(self, **changes):
        for name, value in changes.items():
            setattr(self, name, value)
        self.save(update_fields=list(changes))


def _tell_admins_of_joining(membership, now, actor):
    supplier, user = membership.supplier, membership.user
    admins = [admin.user for admin in supplier.admins()]
    others = [admin for admin in admins if admin not in (user, actor)]
    notify(supplier, "member_joined", about=supplier, users=others, at=now, person=user.name)


def _tell_of_role(membership, now):
    notify(
        membership.supplier,
        "role_changed",
        about=membership.supplier,
        users=[membership.user],
        at=now,
        letter=Letter([membership.user], {"membership": membership}),
        role=membership.role,
    )
