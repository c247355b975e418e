"""Import and export of the directory in the operator's admin: the meaning of the rows."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from import_export import fields
from import_export.widgets import ForeignKeyWidget

from accounts.domains import registrable
from core.tabular import CountedResource
from customers.imports import parts
from customers.models import Customer, CustomerDomain, CustomerName, VendorRecord
from customers.models.directory import bare_number
from customers.search.index import index


class CustomerResource(CountedResource):
    """Customers, each meant by its name and country.

    Other names and domains, divided by |, are added to those that are there.
    """

    other_names = fields.Field()
    domains = fields.Field()

    class Meta:
        model = Customer
        import_id_fields = ["name", "country"]
        fields = [
            "name", "other_names", "country", "website", "domains", "city", "language", "is_listed", "takes_requests",
        ]  # fmt: skip
        clean_model_instances = True
        skip_unchanged = True

    def filter_export(self, queryset, **kwargs):
        return queryset.prefetch_related("names", "domains")

    def dehydrate_other_names(self, customer):
        return "|".join(other.name for other in customer.names.all())

    def dehydrate_domains(self, customer):
        return "|".join(row.domain for row in customer.domains.all())

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
    """A customer by its registered name; by the row's country too where several share that name."""

    def clean(self, value, row=None, **kwargs):
        value = str(value or "").strip()
        found = Customer.objects.filter(name=value)
        if country := row.get("country"):
            found = found.filter(country=country.upper())
        if not found:
            raise ValidationError(_("No customer is called %(name)s."), params={"name": value})
        if len(found) > 1:
            words = _(
                "Several customers are called %(name)s. Add a column country with the code, such as KR."
            )
            raise ValidationError(words, params={"name": value})
        return found[0]


class VendorResource(CountedResource):
    """Vendor lists; a row names the customer, with its country where several share the name."""

    customer = fields.Field("customer", "customer", CustomerWidget(Customer, "name"))
    country = fields.Field("customer__country", "country", readonly=True)

    class Meta:
        model = VendorRecord
        import_id_fields = ["customer", "name", "email", "tax_number"]
        fields = ["customer", "country", "name", "email", "tax_number"]
        clean_model_instances = True
        skip_unchanged = True

    def before_import_row(self, row, **kwargs):
        # As the rows keep them: both are among the columns that tell rows apart.
        row["email"] = (row.get("email") or "").strip().lower()
        row["tax_number"] = bare_number(str(row.get("tax_number") or ""))

    def before_save_instance(self, instance, row, **kwargs):
        instance.prepare()
