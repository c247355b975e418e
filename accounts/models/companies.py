"""A company by what it says about itself."""

import uuid
from collections.abc import Collection
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField
from phonenumber_field.modelfields import PhoneNumberField

from accounts.company_details import COLUMNS
from accounts.models.people import User
from accounts.names import validate_name
from accounts.numbers import clean_registration_number
from core.states import transition


class Company(models.Model):
    """The details of a company, each a column that `accounts.company_details` names.

    A concrete company has `record()`, which writes an audit entry about it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("registered name"), max_length=160, validators=[validate_name])
    english_name = models.CharField(
        _("English name"), max_length=160, blank=True, validators=[validate_name]
    )
    representative = models.CharField(
        _("representative"), max_length=160, blank=True, validators=[validate_name]
    )
    country = CountryField(_("country"))
    registration_number = models.CharField(
        _("business registration number"), max_length=40, blank=True, validators=[validate_name]
    )
    registration_verified_at = models.DateTimeField(_("number verified"), null=True, blank=True)
    business_type = models.CharField(
        _("type of business"), max_length=100, blank=True, validators=[validate_name]
    )
    business_item = models.CharField(
        _("item of business"), max_length=100, blank=True, validators=[validate_name]
    )
    tax_number = models.CharField(
        _("tax number"), max_length=40, blank=True, validators=[validate_name]
    )
    postal_code = models.CharField(
        _("postal code"), max_length=12, blank=True, validators=[validate_name]
    )
    address = models.CharField(_("address"), max_length=300, blank=True, validators=[validate_name])
    phone = PhoneNumberField(_("phone"), blank=True)
    website = models.URLField(_("website"), max_length=200, blank=True)
    invoice_name = models.CharField(
        _("who receives tax invoices"), max_length=160, blank=True, validators=[validate_name]
    )
    invoice_email = models.EmailField(_("e-mail for tax invoices"), blank=True)

    class Meta:
        abstract = True

    def __str__(self):
        return self.name

    def clean(self):
        super().clean()
        try:
            self.registration_number = clean_registration_number(
                self.registration_number, self.country.code
            )
        except ValidationError as error:
            raise ValidationError({"registration_number": error}) from error

    def details(self) -> dict[str, str]:
        """Return the details as {name in `accounts.company_details`: text}; unknown ones are ''."""
        known = {column: str(getattr(self, column) or "") for column in COLUMNS}
        return known | {
            "registered_name": self.name,
            "phone": self.phone.as_e164 if self.phone else "",
        }

    def change_details(self, names: Collection[str], *, now: datetime, actor: User) -> None:
        """Save the named details as they stand on the instance, and record the change."""
        columns = list(names)
        if {"registration_number", "country"} & set(names):
            # The operator verified the number before, as that country writes it.
            self.registration_verified_at = None
            columns.append("registration_verified_at")
        with transaction.atomic():
            self.save(update_fields=columns)
            self.record("company_changed", now, actor=actor, fields=sorted(names))

    def verify_number(self, number: str, *, now: datetime, actor: User) -> None:
        """Note that the operator has checked this registration number.

        Raises AlreadyDecided when the company has another number by now.
        """
        with transaction.atomic():
            transition(
                type(self).objects.filter(pk=self.pk, registration_number=number),
                registration_verified_at=now,
            )
            self.registration_verified_at = now
            self.record("number_verified", now, actor=actor, number=number)
