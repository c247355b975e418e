"""The kinds of question: how each is asked, what is kept of an answer, and how it reads. One class a kind, one table."""

import re
from datetime import date
from decimal import Decimal

from django import forms
from django.utils import formats
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django_countries import countries
from phonenumber_field.formfields import PhoneNumberField
from phonenumber_field.phonenumber import PhoneNumber
from phonenumbers import SUPPORTED_REGIONS

from accounts.banks import KOREAN_BANKS, clean_bank_account
from accounts.numbers import clean_registration_number
from core.uploads import UploadField
from customers.models.steps import Kind

_THOUSANDS = re.compile(r"[-+]?\d{1,3}([, ]\d{3})+(\.\d*)?")
SHORT_LIST = 7  # more choices than this are a select, not radio buttons


class Text:
    """One line of text; the kinds below say what differs. A control is one input of the form, by its suffix."""

    def controls(self, question, supplier):
        """The form fields that ask it, as {suffix: field}; the one without a suffix carries the label."""
        return {"": forms.CharField(max_length=300)}

    def clean(self, cleaned, question, country):
        """What is kept of the controls' cleaned values ({suffix: value}), as JSON; None for no answer.

        Raises ValidationError; one with a dict names the suffixes.
        """
        return cleaned[""] or None

    def shown(self, value):
        """The kept value as lines of text in the reader's language."""
        return [str(value)]

    def typed(self, detail):
        """A company detail as what would be typed, {suffix: text}."""
        return {"": detail}


class LongText(Text):
    def controls(self, question, supplier):
        return {"": forms.CharField(max_length=5000, widget=forms.Textarea(attrs={"rows": 4}))}

    def shown(self, value):
        return value.splitlines()


class Email(Text):
    def controls(self, question, supplier):
        return {
            "": forms.EmailField(
                max_length=254, error_messages={"invalid": _("Type a full e-mail address.")}
            )
        }


class Phone(Text):
    def controls(self, question, supplier):
        wrong = _("Type a phone number; one abroad starts with + and the country code.")
        return {
            "": PhoneNumberField(
                region=region(supplier),
                widget=forms.TextInput(attrs={"type": "tel", "class": "medium"}),
                error_messages={"invalid": wrong},
            )
        }

    def clean(self, cleaned, question, country):
        return cleaned[""].as_e164 if cleaned[""] else None

    def shown(self, value):
        return [PhoneNumber.from_string(value).as_international]


def region(supplier):
    """Whose numbers are typed without a country code; None when nobody's are."""
    country = str(supplier.country) if supplier else ""
    return country if country in SUPPORTED_REGIONS else None


class Number(Text):
    def controls(self, question, supplier):
        widget = forms.TextInput(attrs={"inputmode": "decimal", "class": "short"})
        wrong = _("Type a number such as 1,200.5, with a point before the decimals.")
        return {
            "": PlainNumberField(
                max_digits=20, decimal_places=6, widget=widget, error_messages={"invalid": wrong}
            )
        }

    def clean(self, cleaned, question, country):
        return None if cleaned[""] is None else format(cleaned[""].normalize(), "f")

    def shown(self, value):
        return [formats.number_format(Decimal(value), use_l10n=True, force_grouping=True)]


class PlainNumberField(forms.DecimalField):
    """A number as people type it: '1,200.5', '1 200'. A comma elsewhere than between thousands may mean decimals: an error."""

    def to_python(self, value):
        if isinstance(value, str) and _THOUSANDS.fullmatch(value.strip()):
            value = value.replace(",", "").replace(" ", "")
        return super().to_python(value)


class Date(Text):
    def controls(self, question, supplier):
        return {"": date_field()}

    def clean(self, cleaned, question, country):
        return cleaned[""].isoformat() if cleaned[""] else None

    def shown(self, value):
        return [formats.date_format(date.fromisoformat(value))]


def date_field():
    """A day, by the browser's calendar or typed."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "short"})
    wrong = _("Type a day such as 2026-11-24.")
    formats_taken = ["%Y-%m-%d", "%Y. %m. %d.", "%Y.%m.%d", "%Y/%m/%d"]
    return forms.DateField(
        widget=widget, input_formats=formats_taken, error_messages={"invalid": wrong}
    )


class YesNo(Text):
    def controls(self, question, supplier):
        answers = [("yes", _("Yes")), ("no", _("No"))]
        return {"": forms.ChoiceField(choices=answers, widget=forms.RadioSelect)}

    def shown(self, value):
        return [_("Yes") if value == "yes" else _("No")]


class OneChoice(Text):
    def controls(self, question, supplier):
        choices = [(line, choice_label(line)) for line in question.choices.splitlines()]
        if len(choices) > SHORT_LIST:
            return {
                "": forms.ChoiceField(
                    choices=[("", _("Choose one")), *choices], error_messages=gone()
                )
            }
        return {
            "": forms.ChoiceField(choices=choices, widget=forms.RadioSelect, error_messages=gone())
        }

    def shown(self, value):
        return [choice_label(value)]


class SeveralChoices(OneChoice):
    def controls(self, question, supplier):
        choices = [(line, choice_label(line)) for line in question.choices.splitlines()]
        widget = forms.CheckboxSelectMultiple
        return {
            "": forms.MultipleChoiceField(choices=choices, widget=widget, error_messages=gone())
        }

    def shown(self, value):
        return [choice_label(line) for line in value]


def gone():
    """What to say where a choice was answered that is not asked any more."""
    return {"invalid_choice": _("What you chose before is no longer offered. Choose again.")}


def choice_label(line):
    """'Packaging | 포장재' -> the reader's half; a line without a bar is both."""
    english, _bar, korean = (part.strip() for part in line.partition("|"))
    return korean if get_language() == "ko" and korean else english or korean


class Country(Text):
    def controls(self, question, supplier):
        choices = [("", _("Choose a country or region")), *countries]
        return {
            "": forms.ChoiceField(choices=choices, widget=forms.Select(attrs={"class": "medium"}))
        }

    def shown(self, value):
        return [str(countries.name(value))]


class Registration(Text):
    """A number that the country's own rule checks: the country that the step asks for, else the supplier's."""

    def controls(self, question, supplier):
        return {
            "": forms.CharField(max_length=40, widget=forms.TextInput(attrs={"class": "short"}))
        }

    def clean(self, cleaned, question, country):
        return clean_registration_number(cleaned[""] or "", country) or None


class BankAccount(Text):
    """A domestic account or an IBAN; the rules are those of the company's own accounts."""

    PARTS = ("bank", "number", "holder", "iban", "bic")

    def controls(self, question, supplier):
        labels = {
            "bank": _("Bank"),
            "number": _("Account number"),
            "holder": _("Account holder"),
            "iban": _("IBAN"),
            "bic": _("BIC"),
        }
        fields = {part: forms.CharField(label=labels[part], max_length=160) for part in self.PARTS}
        fields["bank"].widget.attrs["list"] = "banks"
        fields["iban"].help_text = _("For an account abroad, instead of bank and number.")
        return fields

    def clean(self, cleaned, question, country):
        values = {part: cleaned.get(part) or "" for part in self.PARTS}
        return clean_bank_account(values) if any(values.values()) else None

    def shown(self, value):
        first = " ".join(filter(None, [value["bank"], value["number"]]))
        return [line for line in (first, value["iban"], value["bic"], value["holder"]) if line]

    def typed(self, detail):
        return detail

    banks = KOREAN_BANKS


class File(Text):
    """A file; its control holds a new one, the stored one is named in the draft. See `step_form` for both."""

    def controls(self, question, supplier):
        fields = {"": UploadField()}
        if question.asks_expiry:
            fields["until"] = date_field()
            fields["until"].label = _("Valid until")
        return fields

    def shown(self, value):
        lines = [value["name"]]
        if value.get("until"):
            lines.append(
                _("Valid until %(day)s")
                % {"day": formats.date_format(date.fromisoformat(value["until"]))}
            )
        return lines


class Acknowledgement(Text):
    """'I have read it'; what was read is kept with the answer."""

    def controls(self, question, supplier):
        return {"": forms.BooleanField()}

    def clean(self, cleaned, question, country):
        return (
            {"document": question.document_url or question.document_text} if cleaned[""] else None
        )

    def shown(self, value):
        return [_("Read and agreed")]


KINDS = {
    Kind.TEXT: Text(),
    Kind.LONG_TEXT: LongText(),
    Kind.EMAIL: Email(),
    Kind.PHONE: Phone(),
    Kind.NUMBER: Number(),
    Kind.DATE: Date(),
    Kind.YES_NO: YesNo(),
    Kind.ONE_CHOICE: OneChoice(),
    Kind.SEVERAL_CHOICES: SeveralChoices(),
    Kind.COUNTRY: Country(),
    Kind.REGISTRATION: Registration(),
    Kind.BANK_ACCOUNT: BankAccount(),
    Kind.FILE: File(),
    Kind.ACKNOWLEDGEMENT: Acknowledgement(),
}
