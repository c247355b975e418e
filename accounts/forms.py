import zoneinfo

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import PendingCompany, Supplier, SupportRequest, User
from accounts.names import validate_name
from accounts.numbers import clean_registration_number

TOKEN_PATHS = ("/r/", "/n/", "/i/", "/v/", "/accounts/password/")  # what follows may be the key to something


def time_zones():
    """The places to choose from, by name; what is no place ('Etc/GMT+9', 'EST') is left out, except UTC."""
    places = {zone for zone in zoneinfo.available_timezones() if "/" in zone and not zone.startswith("Etc/")}
    return [(zone, zone.replace("_", " ")) for zone in sorted(places | {"UTC", settings.TIME_ZONE})]


def own_path(text):
    """The path of a page of ours, '' for anything else: addresses of others, tokens, what no browser sends."""
    known = text.startswith("/") and text.isprintable() and len(text) <= 300
    return "" if not known or text.startswith(("//", *TOKEN_PATHS)) else text


class AccountForm(forms.ModelForm):
    """What a person says about themself."""

    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zones)

    class Meta:
        model = User
        fields = ["name", "job_title", "language", "time_zone"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("", _("As in the browser")), *settings.LANGUAGES]


class CompanyForm(forms.ModelForm):
    """The company details that a customer sees from a request on."""

    class Meta:
        model = Supplier
        fields = [
            "name",
            "english_name",
            "representative",
            "country",
            "registration_number",
            "address",
            "website",
        ]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("registration_number", "address"):
            self.fields[name].validators.append(validate_name)

    def clean(self):
        cleaned = super().clean()
        try:
            number = clean_registration_number(cleaned.get("registration_number", ""), cleaned.get("country"))
            cleaned["registration_number"] = number
        except forms.ValidationError as error:
            self.add_error("registration_number", error)
        return cleaned

    def changed_values(self):
        """Names of the fields whose value differs, not only its way of writing."""
        return [name for name in self.changed_data if self.cleaned_data[name] != self.initial[name]]


class CompanyNewForm(forms.ModelForm):
    """A person without a company founds one."""

    name = forms.CharField(label=_("Company name"), max_length=160, validators=[validate_name])

    class Meta:
        model = PendingCompany
        fields = ["name", "country"]
        labels = {"country": _("Country or region")}


class SwitchForm(forms.Form):
    """Which of the person's suppliers to work for."""

    supplier = forms.UUIDField()


class SupportForm(forms.ModelForm):
    """A question to the operator, with the page it came from; somebody signed in does not type their address."""

    page = forms.Field(required=False, widget=forms.HiddenInput)

    class Meta:
        model = SupportRequest
        fields = ["email", "message", "page"]
        labels = {"email": _("Your e-mail"), "message": _("What can we help with?")}
        widgets = {"message": forms.Textarea(attrs={"rows": 6})}

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        if user.is_authenticated:
            del self.fields["email"]

    def clean_page(self):
        return own_path(self.cleaned_data["page"] or "")
