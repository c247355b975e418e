"""People, their consents, and the companies they mean to found."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import connection, models
from django.db.models import Exists, OuterRef
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from accounts.names import validate_name

ERASED = "closed.portal.invalid"  # where nobody's mail goes


class UserQuerySet(models.QuerySet):
    def unconfirmed(self):
        """Select people who signed up and never typed their code.

        They own nothing, and give way to others with the same address.
        """
        signed_up = self.filter(
            Exists(Consent.objects.filter(user=OuterRef("pk"))), memberships=None, is_staff=False
        )
        return signed_up.exclude(emailaddress__verified=True)

    def to_erase(self, now: datetime):
        before = now - timedelta(days=settings.PORTAL_CLOSING_DAYS)
        return self.filter(is_active=False, closed_at__lt=before).exclude(
            email__endswith=f"@{ERASED}"
        )


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        # Without a password nobody can sign in as them.
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> "User":
        return self.create_user(
            email, password, **fields | {"is_staff": True, "is_superuser": True}
        )

    @classmethod
    def normalize_email(cls, email: str) -> str:
        # All of it in lower case; Django's own does so for the domain only.
        return (email or "").strip().lower()

    def get_by_natural_key(self, email):
        return self.get(email=self.normalize_email(email))

    def one_at_a_time(self, email: str) -> None:
        """Make other sign-ups with the address wait until the caller's transaction ends."""
        # An advisory lock, since there may be no row of this address to lock yet.
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
                [self.normalize_email(email)],
            )


class User(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=160, validators=[validate_name])
    job_title = models.CharField(
        _("job title"), max_length=160, blank=True, validators=[validate_name]
    )
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
    def mail_language(self):
        # The chosen language, or that of the browser they were here with last.
        return self.language or self.browser_language or settings.PORTAL_LANGUAGE

    @property
    def counting_key(self):
        # By the person's first verified address: a new account starts no new counters.
        return self.person_key or person_key(self.email)


def person_key(email: str) -> str:
    """Return a keyed hash of an address, the same after the account was deleted."""
    return salted_hmac("person", email.strip().lower(), algorithm="sha256").hexdigest()


class PendingCompany(models.Model):
    """The company that a person means to found, until they confirm their address."""

    user = models.OneToOneField(User, models.CASCADE, related_name="pending_company")
    name = models.CharField(max_length=160)
    country = CountryField()

    def __str__(self):
        return self.name


class Consent(models.Model):
    """A person's consent: to what, in which version and language, and when."""

    class Kind(models.TextChoices):
        TERMS = "terms", _("Terms")
        PRIVACY = "privacy", _("Privacy")

    user = models.ForeignKey(User, models.CASCADE, related_name="consents")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    version = models.CharField(max_length=20)
    language = models.CharField(max_length=5)
    given_at = models.DateTimeField(default=timezone.now)

    def __str__(self):
        return f"{self.kind} {self.version}"
