"""Countries, and the numbers that they register companies by."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from accounts.numbers import clean_registration_number
from customers.steps.kinds.base import Kind


class Country(Kind):
    name, label = "country", _("country")
    gives_country = True

    def controls(self, question, company):
        choices = [("", _("Choose a country or region")), *countries]
        widget = forms.Select(attrs={"class": "medium"})
        return {"": forms.ChoiceField(choices=choices, widget=widget)}

    def lines(self, value):
        return [str(countries.name(value))]


class Registration(Kind):
    """A number that the country's own rule checks."""

    name, label = "registration", _("tax or business registration number")

    def controls(self, question, company):
        widget = forms.TextInput(attrs={"class": "short"})
        return {"": forms.CharField(max_length=40, widget=widget)}

    def clean(self, question, cleaned, country):
        return clean_registration_number(cleaned[""] or "", country) or None
