"""The directory: customers with their names, domains, contacts and vendor lists."""

import uuid

import pghistory
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from accounts.domains import domain_of, is_free_mail, registrable
from accounts.names import validate_name


class CustomerQuerySet(models.QuerySet):
    def listed(self) -> "CustomerQuerySet":
        return self.filter(is_listed=True)

    def taking_requests(self) -> "CustomerQuerySet":
        return self.listed().filter(takes_requests=True)


class Customer(models.Model):
    """A company that buys. customers.search.index keeps the keys that its names are searched by."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=200, validators=[validate_name])
    external_number = models.CharField(
        _("external number"),
        max_length=40,
        blank=True,
        default="",
        # Code of 0.2, which knows no such column, still adds customers while an upgrade is under way.
        db_default="",
        validators=[validate_name],
        help_text=_("By which the ERP knows it: a renamed customer stays the same in an import."),
    )
    country = CountryField(_("country"), blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True, validators=[validate_name])
    website = models.URLField(_("website"), max_length=200, blank=True)
    language = models.CharField(
        _("language"),
        max_length=5,
        choices=settings.LANGUAGES,
        blank=True,
        help_text=_("Of mail to its contacts."),
    )
    is_listed = models.BooleanField(
        _("listed"), default=True, help_text=_("Suppliers find it by search.")
    )
    takes_requests = models.BooleanField(
        _("takes requests"), default=True, help_text=_("Otherwise it joins by invitation only.")
    )
    created_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["name", "country"], name="one_customer_per_name_and_country"
            ),
            models.UniqueConstraint(
                fields=["external_number"],
                condition=~models.Q(external_number=""),
                name="one_customer_per_external_number",
                violation_error_message=_("Another customer has this external number."),
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def mail_language(self) -> str:
        return self.language or settings.PORTAL_LANGUAGE

    def one_at_a_time(self) -> None:
        """Lock the row until the caller's transaction ends, so that inviting and connecting wait.

        Call it before any lock of a profile, request or invitation of the customer.
        """
        # NO KEY: new rows that only refer to the customer need not wait.
        Customer.objects.select_for_update(no_key=True).get(pk=self.pk)

    def knows(self, address: str) -> bool:
        """Return whether an address is a contact's or in a domain of the customer."""
        return (
            self.contacts.filter(email=address.lower()).exists()
            or self.domains.filter(domain=domain_of(address)).exists()
        )


class CustomerName(models.Model):
    """Another name to search the customer by: in another script, a brand, a former name."""

    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="names", verbose_name=_("customer")
    )
    name = models.CharField(_("other name"), max_length=200, validators=[validate_name])

    class Meta:
        verbose_name = _("other name")
        verbose_name_plural = _("other names")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["customer", "name"], name="one_row_per_other_name")
        ]

    def __str__(self):
        return self.name


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class CustomerDomain(models.Model):
    """A registrable e-mail domain of the customer; every address in it counts as the customer's."""

    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="domains", verbose_name=_("customer")
    )
    domain = models.CharField(_("e-mail domain"), max_length=253)

    class Meta:
        verbose_name = _("e-mail domain")
        verbose_name_plural = _("e-mail domains")
        ordering = ["domain"]
        constraints = [
            models.UniqueConstraint(fields=["customer", "domain"], name="one_row_per_domain")
        ]

    def __str__(self):
        return self.domain

    def clean(self):
        self.domain = registrable(self.domain)
        if not self.domain:
            raise ValidationError({"domain": _("Enter a domain such as organon.example.")})
        if is_free_mail(self.domain):
            wrong = _("Anybody can have an address there: enter a domain of the company’s own.")
            raise ValidationError({"domain": wrong})


class ContactQuerySet(models.QuerySet):
    def getting_requests(self) -> "ContactQuerySet":
        return self.filter(gets_requests=True)

    def reviewing(self) -> "ContactQuerySet":
        return self.filter(reviews_setups=True)

    def published(self) -> "ContactQuerySet":
        return self.filter(is_published=True)


class CustomerContact(models.Model):
    """A person at a customer, reached by e-mail without an account."""

    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="contacts", verbose_name=_("customer")
    )
    email = models.EmailField(_("e-mail"))
    name = models.CharField(_("name"), max_length=160, blank=True, validators=[validate_name])
    job_title = models.CharField(
        _("job title"), max_length=160, blank=True, validators=[validate_name]
    )
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, blank=True)
    gets_requests = models.BooleanField(_("gets requests"), default=True)
    is_published = models.BooleanField(_("shown to suppliers"), default=False)
    reviews_setups = models.BooleanField(_("reviews setups"), default=False)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer contact")
        verbose_name_plural = _("customer contacts")
        ordering = ["name", "email"]
        constraints = [
            models.UniqueConstraint(fields=["customer", "email"], name="one_contact_per_address")
        ]

    def __str__(self):
        return self.name or self.email

    def clean(self):
        self.email = self.email.lower()

    @property
    def mail_language(self) -> str:
        return self.language or self.customer.mail_language


class VendorRecord(models.Model):
    """A line of a customer's vendor list: a supplier that the customer says it buys from."""

    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="vendors", verbose_name=_("customer")
    )
    name = models.CharField(_("vendor name"), max_length=200)
    email = models.EmailField(_("e-mail"), blank=True)
    domain = models.CharField(max_length=253, blank=True, editable=False)
    tax_number = models.CharField(_("tax number"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("vendor record")
        verbose_name_plural = _("vendor records")
        ordering = ["name", "pk"]
        indexes = [
            models.Index(fields=["domain"], name="vendors_by_domain"),
            models.Index(fields=["tax_number"], name="vendors_by_tax_number"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "name", "email", "tax_number"], name="one_row_per_vendor"
            )
        ]

    def __str__(self):
        return self.name

    def clean(self):
        self.prepare()

    def prepare(self) -> None:
        """Derive the columns that suggestions compare: the e-mail's domain and the bare number."""
        self.email = self.email.strip().lower()
        self.domain = domain_of(self.email) if self.email else ""
        self.tax_number = bare_number(self.tax_number)


def bare_number(text: str) -> str:
    """Reduce a registration or tax number for comparing: '120-81-47521' -> '1208147521'."""
    return "".join(character for character in text.upper() if character.isalnum())
