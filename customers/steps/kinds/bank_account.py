"""Bank accounts; the rules are those of the company's own accounts."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.banks import KOREAN_BANKS, PARTS, clean_bank_account
from customers.steps.kinds.base import Kind

LABELS = {
    "bank": _("Bank"),
    "number": _("Account number"),
    "holder": _("Account holder"),
    "iban": _("IBAN"),
    "bic": _("BIC"),
}


class BankAccount(Kind):
    """A domestic account or an IBAN."""

    name, label = "bank_account", _("bank account")
    template_name = "customers/steps/kinds/bank_account.html"
    is_composed = True
    banks = KOREAN_BANKS  # offered while people type the name; any other name is taken too

    def controls(self, question, company):
        fields = {part: forms.CharField(label=LABELS[part], max_length=160) for part in PARTS}
        fields["bank"].widget.attrs["list"] = f"{question.name}-banks"  # the template's datalist
        fields["iban"].help_text = _("For an account abroad, instead of bank and number.")
        return fields

    def prefilled(self, question, company):
        return company.main_account if question.prefill else {}

    def clean(self, question, cleaned, country):
        values = {part: cleaned.get(part) or "" for part in PARTS}
        return clean_bank_account(values) if any(values.values()) else None

    def lines(self, value):
        first = " ".join(filter(None, [value["bank"], value["number"]]))
        return [line for line in (first, value["iban"], value["bic"], value["holder"]) if line]

    def bank_account_in(self, value):
        return value
