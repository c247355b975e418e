"""Days."""

from datetime import date

from django import forms
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from customers.steps.kinds.base import Kind

# As browsers send it, and as people type it where the browser has no calendar.
WAYS = ["%Y-%m-%d", "%Y. %m. %d.", "%Y.%m.%d", "%Y/%m/%d"]


def date_field(label: str | None = None) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "short"}),
        input_formats=WAYS,
        error_messages={"invalid": _("Type a day such as 2026-11-24.")},
    )


class Date(Kind):
    name, label = "date", _("date")

    def controls(self, question, company):
        return {"": date_field()}

    def clean(self, question, cleaned, country):
        return cleaned[""].isoformat() if cleaned[""] else None

    def lines(self, value):
        return [formats.date_format(date.fromisoformat(value))]
