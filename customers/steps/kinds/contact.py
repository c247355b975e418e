"""Addresses and numbers to reach somebody by."""

from django import forms
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField
from phonenumber_field.phonenumber import PhoneNumber
from phonenumbers import SUPPORTED_REGIONS

from customers.steps.kinds.base import Kind


class Email(Kind):
    name, label = "email", _("e-mail address")

    def controls(self, question, company):
        messages = {"invalid": _("Type a full e-mail address.")}
        return {"": forms.EmailField(max_length=254, error_messages=messages)}


class Phone(Kind):
    name, label = "phone", _("phone number")

    def controls(self, question, company):
        # Numbers of the company's own country are typed without its code.
        region = company.country if company.country in SUPPORTED_REGIONS else None
        wrong = _("Type a phone number; one abroad starts with + and the country code.")
        widget = forms.TextInput(attrs={"type": "tel", "class": "medium"})
        field = PhoneNumberField(region=region, widget=widget, error_messages={"invalid": wrong})
        return {"": field}

    def clean(self, question, cleaned, country):
        return cleaned[""].as_e164 if cleaned[""] else None

    def lines(self, value):
        return [PhoneNumber.from_string(value).as_international]
