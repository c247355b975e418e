"""Text as it is typed."""

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.steps.kinds.base import Kind


class Text(Kind):
    name, label = "text", _("text")

    def controls(self, question, company):
        return {"": forms.CharField(max_length=300)}


class LongText(Kind):
    name, label = "long_text", _("long text")

    def controls(self, question, company):
        return {"": forms.CharField(max_length=5000, widget=forms.Textarea(attrs={"rows": 4}))}

    def lines(self, value):
        return value.splitlines()
