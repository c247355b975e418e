"""Numbers as people type them."""

import re
from decimal import Decimal

from django import forms
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from customers.steps.kinds.base import Kind

_THOUSANDS = re.compile(r"[-+]?\d{1,3}([, ]\d{3})+(\.\d*)?")


class PlainNumberField(forms.DecimalField):
    """A number such as '1,200.5' or '1 200'.

    A comma between other digits may mean decimals: that is an error, not a guess.
    """

    def to_python(self, value):
        if isinstance(value, str) and _THOUSANDS.fullmatch(value.strip()):
            value = value.replace(",", "").replace(" ", "")
        return super().to_python(value)


class Number(Kind):
    name, label = "number", _("number")

    def controls(self, question, company):
        wrong = _("Type a number such as 1,200.5, with a point before the decimals.")
        field = PlainNumberField(
            max_digits=20,
            decimal_places=6,
            widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "short"}),
            error_messages={"invalid": wrong},
        )
        return {"": field}

    def clean(self, question, cleaned, country):
        # 0 is an answer. Kept as text, for JSON has no decimals.
        return None if cleaned[""] is None else format(cleaned[""].normalize(), "f")

    def lines(self, value):
        return [formats.number_format(Decimal(value), use_l10n=True, force_grouping=True)]
