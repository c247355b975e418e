"""People, their companies' memberships, and what they agreed to."""

from datetime import timedelta

import pghistory
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.functions import RandomUUID
from django.db import connection, models, transaction
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from accounts.models.notifications import Notification, at_once, notify
from accounts.models.records import AuditEntry
from accounts.models.suppliers import Supplier
from accounts.names import validate_name
from portal import mail
from portal.states import move

ERASED = "closed.portal.invalid"  # where nobody's mail goes


class UserQuerySet(models.QuerySet):
    def unconfirmed(self):
        """People who signed up and never typed their code: they own nothing, and give way to the next with their address."""
        signed_up = self.filter(Exists(Consent.objects.filter(user=OuterRef("pk"))), memberships=None, is_staff=False)
        return signed_up.exclude(emailaddress__verified=True)

    def to_erase(self, now):
        """People who closed their account some days ago, whose name is still here."""
        before = now - timedelta(days=settings.PORTAL_CLOSING_DAYS)
        return self.filter(is_active=False, closed_at__lt=before).exclude(email__endswith=f"@{ERASED}")


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    def create_user(self, email, password=None, **fields):
        """A person with a lower-case e-mail; without a password nobody can log in as them."""
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, **fields | {"is_staff": True, "is_superuser": True})

    @classmethod
    def normalize_email(cls, email):
        return (email or "").strip().lower()

    def get_by_natural_key(self, email):
        return self.get(email=self.normalize_email(email))

    def one_at_a_time(self, email):
        """Let whoever else signs up with the address or confirms it wait until the caller's transaction ends."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [self.normalize_email(email)])


class User(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=160, validators=[validate_name])
    job_title = models.CharField(_("job title"), max_length=160, blank=True, validators=[validate_name])
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, blank=True)
    browser_language = models.CharField(max_length=5, blank=True, editable=False)
    time_zone = models.CharField(_("time zone"), max_length=64, default=settings.TIME_ZONE)
    person_key = models.CharField(max_length=64, blank=True, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("operator"), default=False)
    date_joined = models.DateTimeField(_("since"), default=timezone.now, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)

    objects = UserManager()
    EMAIL_FIELD = USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [models.UniqueConstraint(Lower("email"), name="one_user_per_email")]

    def __str__(self):
        return self.name or (str(_("closed account")) if self.closed_at else self.email)

    def clean(self):
        super().clean()
        self.email = User.objects.normalize_email(self.email)

    def get_full_name(self):
        return self.name

    def get_short_name(self):
        return self.name

    @property
    def speaks(self):
        """The language to write to this person in: the chosen one, else that of the browser they were here with last."""
        return self.language or self.browser_language or settings.PORTAL_LANGUAGE

    @property
    def counting_key(self):
        """Whom the person's counters count: kept from the first verified address, so that a new account is no new counter."""
        return self.person_key or person_key(self.email)


def person_key(email):
    """Keyed hash of an address: the same for the same address, also after the account was deleted."""
    return salted_hmac("person", email.strip().lower(), algorithm="sha256").hexdigest()


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
        mine = Notification.objects.unread().filter(user=OuterRef("user"), supplier=OuterRef("supplier"))
        counted = mine.order_by().values("user").annotate(number=Count("pk")).values("number")
        return self.annotate(unread=Coalesce(Subquery(counted), 0))

    def with_asking(self):
        """Each with `asking`, how many people wait for an answer of its supplier's admins."""
        waiting = Count("supplier__join_requests", filter=Q(supplier__join_requests__status="pending"))
        return self.annotate(asking=waiting)

    def with_second_factor(self):
        """Each with `has_second_factor`: an authenticator app or a passkey."""
        kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
        return self.annotate(
            has_second_factor=Exists(Authenticator.objects.filter(user=OuterRef("user"), type__in=kinds))
        )

    def admins(self):
        return self.active().filter(role=Role.ADMIN)


class LastAdmin(Exception):
    """The company would be left without an admin; somebody else has to become one first."""


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=["key"])
class Membership(models.Model):
    """A person working for a supplier, in a role. A supplier that has an admin keeps one."""

    key = models.UUIDField(unique=True, editable=False, db_default=RandomUUID())
    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="memberships", verbose_name=_("supplier"))
    user = models.ForeignKey(User, models.PROTECT, related_name="memberships", verbose_name=_("person"))
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.MEMBER)
    sees_all_customers = models.BooleanField(_("sees all customers"), default=True)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        ordering = ["created_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["supplier", "user"], name="one_membership_per_person")]

    def __str__(self):
        return f"{self.user} ({self.supplier})"

    def may(self, role):
        """Whether this member has at least the role."""
        return Role(self.role).rank >= Role(role).rank

    @classmethod
    def join(cls, supplier, user, role, *, now, actor, reason=""):
        """Let a person work for the supplier in a role, now or again; the admins are told. Returns the membership."""
        with transaction.atomic():
            supplier.one_at_a_time()
            fresh = {"role": role, "is_active": True, "sees_all_customers": True}
            membership, is_new = cls.objects.get_or_create(supplier=supplier, user=user, defaults=fresh)
            if not is_new and not membership.is_active:
                membership._set(**fresh)
            elif not is_new and not membership.may(role):
                membership._set(role=role)
            PendingCompany.objects.filter(user=user).delete()
            membership._close_other_ways_in(now, "accepted")
            membership._record("member_joined", now, actor, reason=reason)
            others = [one.user for one in supplier.admins() if one.user not in (user, actor)]
            notify(supplier, "member_joined", about=supplier, users=others, at=now, person=user.name)
        return membership

    def change_role(self, role, *, now, actor, reason=""):
        """Give another role, and tell the person; LastAdmin when nobody else is admin. `reason`: an operator's."""
        with transaction.atomic():
            self._leave_an_admin(role == Role.ADMIN)
            before, unchanged = self.role, self.role == role
            move(Membership.objects.filter(pk=self.pk, is_active=True), role=role)
            self.role = role
            if unchanged:
                return
            self._record("role_changed", now, actor, before=before, reason=reason)
            self._take_back_invitations(now)
            if self.user != actor:
                mailed = at_once("role_changed", [self.user])
                told = {"users": [self.user], "mailed": mailed, "role": role}
                notify(self.supplier, "role_changed", about=self.supplier, at=now, **told)
                if mailed:
                    self._mail("role_changed")

    def limit_to(self, profiles, *, now, actor):
        """Let the member see these customer profiles only; None stands for all."""
        with transaction.atomic():
            self._set(sees_all_customers=profiles is None)
            self.profiles.set(profiles or [])
            if profiles is not None:
                self._forget_news_of_other_customers()
            names = [str(profile.customer) for profile in profiles or []]
            self._record("customers_of_member_changed", now, actor, customers=names, all=profiles is None)

    def _forget_news_of_other_customers(self):
        """Neither the bell nor a digest tells of a customer that the member does not see any more."""
        mine = self.user.notifications.filter(supplier=self.supplier)
        mine.leading_to("customers:profile").exclude(object_id__in=self.profiles.values("pk")).delete()
        requests = self.profiles.filter(requests__isnull=False).values("requests")
        mine.leading_to("connections:request").exclude(object_id__in=requests).delete()

    def deactivate(self, *, now, actor, reason=""):
        """Close the portal's door for this member; what they did stays. LastAdmin, or AlreadyDecided when it was closed."""
        with transaction.atomic():
            self._leave_an_admin(stays=False)
            move(Membership.objects.filter(pk=self.pk, is_active=True), is_active=False)
            self.is_active = False
            kind = "member_left" if self.user == actor else "member_deactivated"
            self._record(kind, now, actor, reason=reason)
            self._take_back_invitations(now)
            self._close_other_ways_in(now, "declined")
            if self.user != actor:
                self._mail("member_deactivated")

    def reactivate(self, *, now, actor, reason=""):
        """Open it again, in the role that they had. AlreadyDecided when it is open, or the person's account is closed."""
        with transaction.atomic():
            move(Membership.objects.filter(pk=self.pk).deactivated(), is_active=True)
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
        self.supplier.join_requests.waiting().filter(user=self.user).update(status=answer, decided_at=now)

    def _set(self, **changes):
        for name, value in changes.items():
            setattr(self, name, value)
        self.save(update_fields=list(changes))

    def _record(self, kind, now, actor, **data):
        about = {"supplier": self.supplier, "actor": actor, "person": self.user.name, "role": self.role}
        AuditEntry.objects.record(kind, about=self, at=now, **about, **data)

    def _mail(self, name):
        mail.send(name, self.user.email, self.user.speaks, about=self.supplier, membership=self, person=self.user)

    @property
    def may_act(self):
        """Whether this member searches, requests and withdraws; viewers only read."""
        return self.may(Role.MEMBER)

    @property
    def is_admin(self):
        return self.may(Role.ADMIN)


class PendingCompany(models.Model):
    """The company that an unverified person means to found; it becomes a supplier when the code is confirmed."""

    user = models.OneToOneField(User, models.CASCADE, related_name="pending_company")
    name = models.CharField(max_length=160)
    country = CountryField()

    def __str__(self):
        return self.name

    def found(self):
        """Turn it into a supplier with its person as admin, once; returns the Supplier or None when it was done already."""
        with transaction.atomic():
            if not PendingCompany.objects.filter(pk=self.pk).delete()[0]:
                return None
            return Supplier.found(self.user, name=self.name, country=self.country)


class Consent(models.Model):
    """What somebody agreed to, in which version and language, and when."""

    TERMS, PRIVACY = "terms", "privacy"

    user = models.ForeignKey(User, models.CASCADE, related_name="consents")
    kind = models.CharField(max_length=20, choices=[(TERMS, _("Terms")), (PRIVACY, _("Privacy"))])
    version = models.CharField(max_length=20)
    language = models.CharField(max_length=5)
    given_at = models.DateTimeField(default=timezone.now)

    def __str__(self):
        return f"{self.kind} {self.version}"
