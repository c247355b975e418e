from django import forms
from django.utils.translation import gettext_lazy as _

from connections import consent
from connections.models.requests import Reason
from customers.names import is_searchable
from portal.captcha import CaptchaField


class SearchForm(forms.Form):
    """The name of a customer; what can't be searched for costs nothing."""

    words = forms.CharField(
        label=_("Customer name"),
        help_text=_("At least 2 letters. A part of the name is enough."),
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
        error_messages={"required": _("Type the name of the customer.")},
    )

    def clean_words(self):
        words = self.cleaned_data["words"]
        if not is_searchable(words):
            raise forms.ValidationError(_("Type at least 2 letters of the name itself."), code="short")
        return words


class ChoiceForm(forms.Form):
    """Which of the customers found it is; `customers` are those that can be asked."""

    customer = forms.ModelChoiceField(
        None,
        error_messages={
            "required": _("Choose your customer."),
            "invalid_choice": _("Choose one of these customers."),
        },
    )

    def __init__(self, data, queryset):
        super().__init__(data)
        self.fields["customer"].queryset = queryset


class RequestForm(forms.Form):
    """Whom to ask, with the consent that every request needs."""

    contact = forms.EmailField(
        label=_("Customer contact"),
        help_text=_("The e-mail address of someone who buys from you there."),
        max_length=254,
        widget=forms.EmailInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "none",
                "spellcheck": "false",
                "inputmode": "email",
            }
        ),
        error_messages={
            "required": _("Type the e-mail address of your contact there."),
            "invalid": _("Type a full e-mail address, such as name@company.com."),
        },
    )
    message = forms.CharField(
        label=_("Message to them"),
        help_text=_("They read it on the page where they answer. Links are shown as plain text."),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    captcha = CaptchaField(purpose="request")
    consent = forms.BooleanField(
        label=consent.TEXT, error_messages={"required": _("Confirm this to send the request.")}
    )

    def __init__(self, *args, request, contact_is_optional, code_sent=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["captcha"].bind_to(request, code_sent=code_sent)
        if contact_is_optional:
            self.fields["contact"].required = False
            self.fields["contact"].help_text = _("Leave it empty and we write to the contacts that the customer named.")


class AcceptForm(forms.Form):
    """The contact's yes, with a word for the supplier."""

    comment = forms.CharField(
        label=_("Comment for the supplier"),
        help_text=_("For example, whom to contact instead."),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class DeclineForm(AcceptForm):
    """The contact's no, which needs a reason."""

    reason = forms.ChoiceField(
        label=_("Reason, if you decline"),
        choices=[("", _("Choose a reason")), *Reason.choices],
        required=True,
        error_messages={"required": _("Choose a reason to decline.")},
    )
