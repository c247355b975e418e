"""Who works for which supplier, in which role."""

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
from core import mail
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
        """Memberships that open the portal: neither they nor their person are deactivated."""
        return self.filter(is_active=True, user__is_active=True)

    def deactivated(self):
        """Those that can be reactivated; whoever closed their account comes back by the operator first."""
        return self.filter(is_active=False, user__closed_at=None)

    def with_unread(self):
        """Each with `unread`, the number of its person's unread notifications about its supplier."""
        mine = Notification.objects.unread().filter(
            user=OuterRef("user"), supplier=OuterRef("supplier")
        )
        counted = mine.order_by().values("user").annotate(number=Count("pk")).values("number")
        return self.annotate(unread=Coalesce(Subquery(counted), 0))

    def with_asking(self):
        """Each with `asking`, how many people wait for an answer of its supplier's admins."""
        waiting = Count("join_requests", filter=Q(join_requests__status=JoinStatus.PENDING))
        supplier = Supplier.objects.order_by().filter(pk=OuterRef("supplier")).values("pk")
        return self.annotate(asking=Subquery(supplier.annotate(number=waiting).values("number")))

    def with_second_factor(self):
        """Each with `has_second_factor`: an authenticator app or a passkey."""
        kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
        return self.annotate(
            has_second_factor=Exists(
                Authenticator.objects.filter(user=OuterRef("user"), type__in=kinds)
            )
        )

    def admins(self):
        return self.active().filter(role=Role.ADMIN)


class LastAdmin(Exception):
    """The company would be left without an admin; somebody else has to become one first."""


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=["key"]
)
class Membership(models.Model):
    """A person working for a supplier, in a role. A supplier that has an admin keeps one."""

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

    def may(self, role):
        """Whether this member has at least the role."""
        return Role(self.role).rank >= Role(role).rank

    @classmethod
    def found(cls, user, *, name, country, now, is_first=False):
        """Found a supplier with the person as its admin; returns the membership. What they meant to found is forgotten.

        None, with nothing done, where it should be their first company and they work for one: two clicks found one.
        """
        with transaction.atomic():
            User.objects.select_for_update(no_key=True).get(pk=user.pk)
            if is_first and user.memberships.active().exists():
                return None
            PendingCompany.objects.filter(user=user).delete()
            supplier = Supplier.objects.create(name=name, country=country, created_at=now)
            membership = cls.objects.create(
                supplier=supplier, user=user, role=Role.ADMIN, created_at=now
            )
            AuditEntry.objects.record(
                "supplier_founded", about=supplier, supplier=supplier, actor=user, at=now
            )
        return membership

    @classmethod
    def join(cls, supplier, user, role, *, now, actor, reason=""):
        """Let a person work for the supplier in a role, now or again; the admins are told. Returns the membership."""
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
            membership._record("member_joined", now, actor, reason=reason)
            others = [one.user for one in supplier.admins() if one.user not in (user, actor)]
            notify(
                supplier, "member_joined", about=supplier, users=others, at=now, person=user.name
            )
        return membership

    def change_role(self, role, *, now, actor, reason=""):
        """Give another role, and tell the person; LastAdmin when nobody else is admin. `reason`: an operator's."""
        with transaction.atomic():
            self._leave_an_admin(role == Role.ADMIN)
            before, unchanged = self.role, self.role == role
            transition(Membership.objects.filter(pk=self.pk, is_active=True), role=role)
            self.role = role
            if unchanged:
                return
            self._record("role_changed", now, actor, before=before, reason=reason)
            self._take_back_invitations(now)
            if self.user != actor:
                told = {
                    "users": [self.user],
                    "letter": Letter([self.user], {"membership": self}),
                    "role": role,
                }
                notify(self.supplier, "role_changed", about=self.supplier, at=now, **told)

    def limit_to(self, profiles, *, now, actor):
        """Let the member see these customer profiles only; None stands for all."""
        with transaction.atomic():
            self._set(sees_all_customers=profiles is None)
            self.profiles.set(profiles or [])
            if profiles is not None:
                self._forget_news_of_other_customers()
            names = [str(profile.customer) for profile in profiles or []]
            self._record(
                "customers_of_member_changed", now, actor, customers=names, all=profiles is None
            )

    def _forget_news_of_other_customers(self):
        """Neither the bell nor a digest tells of a customer that the member does not see any more."""
        mine = self.user.notifications.filter(supplier=self.supplier)
        mine.leading_to("customers:profile").exclude(
            object_id__in=self.profiles.values("pk")
        ).delete()
        requests = self.profiles.filter(requests__isnull=False).values("requests")
        mine.leading_to("connections:request").exclude(object_id__in=requests).delete()

    def deactivate(self, *, now, actor, reason=""):
        """Close the portal's door for this member; what they did stays. LastAdmin, or AlreadyDecided when it was closed."""
        with transaction.atomic():
            self._leave_an_admin(stays=False)
            transition(Membership.objects.filter(pk=self.pk, is_active=True), is_active=False)
            self.is_active = False
            kind = "member_left" if self.user == actor else "member_deactivated"
            self._record(kind, now, actor, reason=reason)
            self._take_back_invitations(now)
            self._close_other_ways_in(now, JoinStatus.DECLINED)
            if self.user != actor:
                self._mail("member_deactivated")

    def reactivate(self, *, now, actor, reason=""):
        """Open it again, in the role that they had. AlreadyDecided when it is open, or the person's account is closed."""
        with transaction.atomic():
            transition(Membership.objects.filter(pk=self.pk).deactivated(), is_active=True)
            self.is_active = True
            self._record("member_reactivated", now, actor, reason=reason)
            self._mail("member_reactivated")

    def _leave_an_admin(self, stays):
        """Others who change the team wait; then this one goes only when an admin is left."""
        self.supplier.one_at_a_time()
        self.refresh_from_db(fields=["role", "is_active"])
        others = Membership.objects.admins().filter(supplier=self.supplier_id).exclude(pk=self.pk)
        if not stays and self.is_active and self.role == Role.ADMIN and not others.exists():
            raise LastAdmin

    def _take_back_invitations(self, now):
        """Who is no admin any more has invited nobody: an invitation gives no more than its sender has."""
        if not (self.is_active and self.role == Role.ADMIN):
            self.supplier.team_invitations.filter(invited_by=self.user).revoke_all(now)

    def _close_other_ways_in(self, now, answer):
        """Who came, or went, has no invitation and no request to join waiting here any more."""
        self.supplier.team_invitations.filter(email=self.user.email).revoke_all(now)
        self.supplier.join_requests.filter(user=self.user).decide_all(answer, now)

    def _set(self, **changes):
        for name, value in changes.items():
            setattr(self, name, value)
        self.save(update_fields=list(changes))

    def _record(self, kind, now, actor, **data):
        about = {
            "supplier": self.supplier,
            "actor": actor,
            "person": self.user.name,
            "role": self.role,
        }
        AuditEntry.objects.record(kind, about=self, at=now, **about, **data)

    def _mail(self, name):
        mail.send(
            name,
            self.user.email,
            self.user.mail_language,
            about=self.supplier,
            membership=self,
            person=self.user,
        )

    @property
    def may_act(self):
        """Whether this member searches, requests and withdraws; viewers only read."""
        return self.may(Role.MEMBER)

    @property
    def is_admin(self):
        return self.may(Role.ADMIN)
