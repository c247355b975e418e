from django import forms
from django.utils.translation import gettext_lazy as _


class EndForm(forms.Form):
    """Why a connection ends; the other side reads it."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The customer reads this."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
