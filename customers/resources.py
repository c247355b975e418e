"""Import and export in the operator's admin: what a row of a file means."""

from import_export import fields
from import_export.widgets import ForeignKeyWidget

from customers import search
from customers.models import Customer, VendorRecord
from portal.tabular import CountedResource


class CustomerResource(CountedResource):
    """Customers by name and country; other names and domains come by `manage.py import_customers` or on the page."""

    class Meta:
        model = Customer
        import_id_fields = ["name", "country"]
        fields = ["name", "country", "city", "website", "language", "is_listed", "takes_requests"]
        clean_model_instances = True
        skip_unchanged = True

    def after_import(self, dataset, result, **kwargs):
        """What suppliers search by follows in the same transaction."""
        search.index([row.object_id for row in result.rows if row.object_id and row.import_type in ("new", "update")])


class VendorResource(CountedResource):
    """Vendor lists: a line names the customer by its registered name."""

    customer = fields.Field("customer", "customer", ForeignKeyWidget(Customer, "name"))

    class Meta:
        model = VendorRecord
        import_id_fields = ["customer", "name", "email", "tax_number"]
        fields = ["customer", "name", "email", "tax_number"]
        clean_model_instances = True
        skip_unchanged = True

    def before_save_instance(self, instance, row, **kwargs):
        instance.prepare()
