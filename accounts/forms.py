import zoneinfo

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import PendingCompany, Supplier, SupportRequest, User
from accounts.numbers import clean_registration_number


class AccountForm(forms.ModelForm):
    """What a person says about themself."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=[(zone, zone) for zone in sorted(zoneinfo.available_timezones())]
    )

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

    def clean(self):
        cleaned = super().clean()
        try:
            number = clean_registration_number(cleaned.get("registration_number", ""), cleaned.get("country"))
            cleaned["registration_number"] = number
        except forms.ValidationError as error:
            self.add_error("registration_number", error)
        return cleaned


class CompanyNewForm(forms.ModelForm):
    """A person without a company founds one."""

    class Meta:
        model = PendingCompany
        fields = ["name", "country"]
        labels = {"name": _("Company name"), "country": _("Country or region")}


class SwitchForm(forms.Form):
    """Which of the person's suppliers to work for."""

    supplier = forms.UUIDField()


class SupportForm(forms.ModelForm):
    """A question to the operator; somebody signed in does not type their address."""

    class Meta:
        model = SupportRequest
        fields = ["email", "message"]
        labels = {"email": _("Your e-mail"), "message": _("What can we help with?")}
        widgets = {"message": forms.Textarea(attrs={"rows": 6})}

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        if user.is_authenticated:
            del self.fields["email"]
