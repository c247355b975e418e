"""Import and export of the directory in the operator's admin: the meaning of the rows."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from import_export import fields
from import_export.widgets import ForeignKeyWidget

from accounts.domains import registrable
from core.addresses import tidy_address
from core.languages import language_code
from core.resources import TableResource
from customers import columns
from customers.imports import TAKEN, joined, parts
from customers.models import (
    Customer,
    CustomerContact,
    CustomerDomain,
    CustomerName,
    VendorRecord,
)
from customers.models.directory import bare_number
from customers.search.index import index


class CustomerResource(TableResource):
    """Customers, told apart by external number, and by name and country where a row has none.

    Other names and domains, divided by |, are added to those that are there.
    """

    columns = columns.CUSTOMERS
    kept_when_blank = frozenset({"external_number", "country"})

    other_names = fields.Field()
    domains = fields.Field()

    class Meta:
        model = Customer
        import_id_fields = ["name", "country"]
        fields = [
            "name", "external_number", "other_names", "country", "website", "domains", "city", "language",
            "is_listed", "takes_requests",
        ]  # fmt: skip
        clean_model_instances = True
        skip_unchanged = True

    def filter_export(self, queryset, **kwargs):
        return queryset.prefetch_related("names", "domains")

    def dehydrate_other_names(self, customer):
        return joined(other.name for other in customer.names.all())

    def dehydrate_domains(self, customer):
        return "|".join(row.domain for row in customer.domains.all())

    def before_import_row(self, row, **kwargs):
        tidy_codes(row)

    def get_instance(self, instance_loader, row):
        number = row.get("external_number")
        if number and (found := Customer.objects.filter(external_number=number).first()):
            return found
        found = super().get_instance(instance_loader, row)
        # Two of one name in the ERP: taking the number over would make one customer of them.
        if found and number and found.external_number:
            words = TAKEN % {"number": found.external_number}
            raise ValidationError({"external_number": words})
        return found

    def skip_row(self, instance, original, row, import_validation_errors=None):
        # A row that only adds a name or a domain changes something too.
        is_same = super().skip_row(instance, original, row, import_validation_errors)
        return is_same and not self._missing_rows(instance, row)

    def after_save_instance(self, instance, row, **kwargs):
        for name_or_domain in self._missing_rows(instance, row):
            name_or_domain.full_clean(exclude=["customer"])
            name_or_domain.save(force_insert=True)

    @staticmethod
    def _missing_rows(customer, row):
        names = dict.fromkeys(parts(row.get("other_names")))
        domains = dict.fromkeys(registrable(part) or part for part in parts(row.get("domains")))
        known = {other.name for other in customer.names.all()}
        known |= {row.domain for row in customer.domains.all()}
        return [
            *(CustomerName(customer=customer, name=name) for name in names if name not in known),
            *(
                CustomerDomain(customer=customer, domain=domain)
                for domain in domains
                if domain not in known
            ),
        ]

    def after_import(self, dataset, result, **kwargs):
        # In the same transaction: what suppliers search by never lags behind.
        index(
            [
                row.object_id
                for row in result.rows
                if row.object_id and row.import_type in ("new", "update")
            ]
        )


class CustomerWidget(ForeignKeyWidget):
    """A customer by its external number, else by its name, with its country where that is needed."""

    def clean(self, value, row=None, **kwargs):
        if number := row.get("external_number"):
            if found := Customer.objects.filter(external_number=number).first():
                return found
            words = _("No customer has the external number %(number)s.")
            raise ValidationError(words, params={"number": number})
        found = Customer.objects.filter(name=value)
        if country := row.get("country"):
            found = found.filter(country=country)
        if not found:
            raise ValidationError(_("No customer is called %(name)s."), params={"name": value})
        if len(found) > 1:
            words = _(
                "Several customers are called %(name)s. Add a column country with the code, such as KR."
            )
            raise ValidationError(words, params={"name": value})
        return found[0]


class OfCustomerResource(TableResource):
    """Rows that belong to a customer."""

    customer = fields.Field("customer", "customer", CustomerWidget(Customer, "name"))
    external_number = fields.Field("customer__external_number", "external_number", readonly=True)
    country = fields.Field("customer__country", "country", readonly=True)

    def filter_export(self, queryset, **kwargs):
        return queryset.select_related("customer")

    def before_import_row(self, row, **kwargs):
        # As it is kept, for it tells the rows apart.
        row["email"] = tidy_address(row["email"])
        tidy_codes(row)


class ContactResource(OfCustomerResource):
    """The contacts of customers; a line names the customer."""

    columns = columns.CONTACTS

    class Meta:
        model = CustomerContact
        import_id_fields = ["customer", "email"]
        fields = [
            "customer", "external_number", "country", "email", "name", "job_title", "language",
            "gets_requests", "is_published", "reviews_setups",
        ]  # fmt: skip
        clean_model_instances = True
        skip_unchanged = True


class VendorResource(OfCustomerResource):
    """Vendor lists; a line names the customer."""

    columns = columns.VENDORS

    class Meta:
        model = VendorRecord
        import_id_fields = ["customer", "name", "email", "tax_number"]
        fields = ["customer", "external_number", "country", "name", "email", "tax_number"]
        clean_model_instances = True
        skip_unchanged = True

    def before_import_row(self, row, **kwargs):
        super().before_import_row(row, **kwargs)
        row["tax_number"] = bare_number(row["tax_number"])

    def before_save_instance(self, instance, row, **kwargs):
        instance.prepare()


def tidy_codes(row: dict) -> None:
    """Put the codes of a row into the form in which they are kept: 'us' -> 'US', '한국어' -> 'ko'."""
    if "country" in row:
        row["country"] = row["country"].upper()
    if "language" in row:
        row["language"] = language_code(row["language"])
