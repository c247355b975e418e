"""The company details by name: what customers' steps are prefilled from."""

from django.utils.translation import gettext_lazy as _

# Each a column of Company by the same name; the registered name is its column `name`.
COLUMNS = {
    "english_name": _("English name"),
    "representative": _("Representative"),
    "business_type": _("Type of business"),
    "business_item": _("Item of business"),
    "country": _("Country or region"),
    "registration_number": _("Business registration number"),
    "tax_number": _("Tax number"),
    "postal_code": _("Postal code"),
    "address": _("Address"),
    "phone": _("Phone"),
    "website": _("Website"),
    "invoice_name": _("Who receives tax invoices"),
    "invoice_email": _("E-mail for tax invoices"),
}
DOCUMENTS = {
    "registration_certificate": _("Business registration certificate"),
    "bankbook_copy": _("Bankbook copy"),
    "insurance_certificate": _("Insurance certificate"),
    "quality_certificate": _("Quality certificate"),
    "other": _("Other document"),
}
DETAILS = {
    "registered_name": _("Registered name"),
    **COLUMNS,
    "bank_account": _("Main bank account"),
    **DOCUMENTS,
}
