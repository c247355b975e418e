from django import forms
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from accounts.domains import company_domain
from accounts.names import validate_name
from connections import consent
from connections.models import Reason
from core.captcha import CaptchaField
from customers.search.names import is_searchable


class SearchForm(forms.Form):
    """The name of a customer; a name that can't be searched for is refused here, at no cost."""

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
            raise forms.ValidationError(
                _("Type at least 2 letters of the name itself."), code="short"
            )
        return words


class ChoiceForm(forms.Form):
    """The choice among the customers found; `queryset` has those that can be asked."""

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
    """A request: the contact to ask, and the consent that every request needs."""

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
            self.fields["contact"].help_text = _(
                "Leave it empty and we write to the contacts that the customer named."
            )


class ForwardForm(forms.Form):
    """The address of a colleague, of the same company domain as `address`."""

    email = forms.EmailField(
        label=_("E-mail of your colleague"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "inputmode": "email"}),
        error_messages={"required": _("Type the e-mail address of your colleague.")},
    )

    def __init__(self, *args, address, **kwargs):
        super().__init__(*args, **kwargs)
        self.address = address.lower()
        self.domain = company_domain(address)
        self.fields["email"].help_text = _("An address of %(domain)s.") % {"domain": self.domain}

    def clean_email(self):
        email = self.cleaned_data["email"].lower()
        if company_domain(email) != self.domain:
            words = _("Only to a colleague at %(domain)s.") % {"domain": self.domain}
            raise forms.ValidationError(words, code="domain")
        if email == self.address:
            raise forms.ValidationError(_("This is the address it was sent to."), code="same")
        return email


class OnboardingForm(forms.Form):
    """The company that accepts an invitation, and other invitations accepted with it.

    A person who administers no company founds their FIRST; a person with a choice may still found
    ANOTHER. The two words differ, so that a page that is older than the first company does not
    found it twice.
    """

    FIRST, ANOTHER = "new", "another"

    company_choice = forms.ChoiceField(
        label=_("For which company?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose a company."),
            "invalid_choice": _("Choose a company."),
        },
    )
    name = forms.CharField(
        label=_("Company name"),
        help_text=_("As on your business registration. You can change it later."),
        required=False,
        max_length=160,
        validators=[validate_name],
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    country = CountryField(blank_label=_("Choose a country")).formfield(
        label=_("Country or region"), required=False
    )
    others = forms.ModelMultipleChoiceField(
        None,
        label=_("You are invited by these as well"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("One of these no longer waits for you. Look again.")},
    )

    def __init__(self, *args, memberships, others, **kwargs):
        super().__init__(*args, **kwargs)
        self.memberships = {str(member.supplier_id): member for member in memberships}
        choices = [(key, str(member.supplier)) for key, member in self.memberships.items()]
        new = self.ANOTHER if choices else self.FIRST
        self.fields["company_choice"].choices = [
            *choices,
            (new, _("Another company, which I found now")),
        ]
        self.fields["company_choice"].initial = choices[0][0] if choices else new
        for name in ("name", "country"):
            self.fields[name].is_part = True
        self.fields["others"].queryset = others
        self.fields["others"].initial = list(others)
        self.fields["others"].label_from_instance = lambda invitation: str(invitation.customer)
        if not choices:
            self.fields["company_choice"].widget = forms.HiddenInput()
        if not others:
            del self.fields["others"]

    def clean(self):
        cleaned = super().clean()
        cleaned.setdefault("others", [])
        if cleaned.get("company_choice") in (self.FIRST, self.ANOTHER):
            if not cleaned.get("name") and "name" not in self.errors:
                self.add_error("name", _("Type the name of the company."))
            if not cleaned.get("country") and "country" not in self.errors:
                self.add_error("country", _("Choose a country."))
        return cleaned

    @property
    def is_first(self):
        return self.cleaned_data["company_choice"] == self.FIRST

    @property
    def company(self):
        # A membership, or (name, country) to found, as onboarding.accept() takes it.
        chosen = self.memberships.get(self.cleaned_data["company_choice"])
        return chosen or (self.cleaned_data["name"], self.cleaned_data["country"])


class AcceptForm(forms.Form):
    """The contact's acceptance, with a comment for the supplier."""

    comment = forms.CharField(
        label=_("Comment for the supplier"),
        help_text=_("For example, whom to contact instead."),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class DeclineForm(AcceptForm):
    """The contact's refusal, which needs a reason."""

    reason = forms.ChoiceField(
        label=_("Reason, if you decline"),
        choices=[("", _("Choose a reason")), *Reason.choices],
        required=True,
        error_messages={"required": _("Choose a reason to decline.")},
    )
