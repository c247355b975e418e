"""Forms in which people describe themselves, their company and their team."""

import zoneinfo

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from phonenumbers import SUPPORTED_REGIONS

from accounts import banks
from accounts.company_details import DOCUMENTS
from accounts.models import PendingCompany, Role, Supplier, SupportRequest, User, Way
from accounts.names import validate_name
from accounts.notifications import all_kinds
from core import limits
from core.logs import LINK_PATHS
from core.uploads import UploadField

TRIES_AN_HOUR = 10  # at the person's own password
TOKEN_PATHS = (*LINK_PATHS, "/accounts/password/")


def time_zones() -> list[tuple[str, str]]:
    # 'Etc/GMT+9' and 'EST' are no places, and mean something else than people expect.
    places = {
        zone
        for zone in zoneinfo.available_timezones()
        if "/" in zone and not zone.startswith("Etc/")
    }
    return [(zone, zone.replace("_", " ")) for zone in sorted(places | {"UTC", settings.TIME_ZONE})]


def own_path(text: str) -> str:
    """Return the text if it is the path of a page of ours, otherwise ''.

    A path with the token of a signed link gives '' too: whoever reads it could use the link.
    """
    known = text.startswith("/") and text.isprintable() and len(text) <= 300
    return "" if not known or text.startswith(("//", *TOKEN_PATHS)) else text


class AccountForm(forms.ModelForm):
    """The person's name, job title, language and time zone."""

    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zones)

    class Meta:
        model = User
        fields = ["name", "job_title", "language", "time_zone"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("", _("As in the browser")), *settings.LANGUAGES]


class PreferencesForm(forms.Form):
    """How a person hears of each kind of news by e-mail: a field for each kind, named like it."""

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        chosen = dict(user.preferences.values_list("kind", "way"))
        for kind in all_kinds():
            self.fields[kind.name] = forms.ChoiceField(
                label=kind.label,
                choices=Way.choices,
                required=False,
                initial=chosen.get(kind.name, Way.USUAL),
            )
            self.fields[kind.name].is_part = True


class EmailForm(forms.Form):
    """The address that a person wants to sign in with."""

    email = forms.EmailField(
        label=_("New e-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_email(self):
        email = User.objects.normalize_email(self.cleaned_data["email"])
        if email == self.user.email:
            raise forms.ValidationError(_("This is your address already."), code="same")
        return email


class EmailCodesForm(forms.Form):
    """The two codes of a change of address; a part that was right before is not asked again."""

    CODE = {"autocomplete": "one-time-code", "inputmode": "numeric", "class": "short"}

    old = forms.CharField(required=False, max_length=12, widget=forms.TextInput(attrs=CODE))
    new = forms.CharField(required=False, max_length=12, widget=forms.TextInput(attrs=CODE))

    def __init__(self, *args, change, right=None, **kwargs):
        super().__init__(*args, **kwargs)
        addresses = {"old": change.user.email, "new": change.email}
        done = {"old": change.old_confirmed_at, "new": change.new_confirmed_at}
        for part, address in addresses.items():
            self.fields[part].label = _("Code sent to %(address)s") % {"address": address}
            self.fields[part].is_part = True
            if done[part]:
                del self.fields[part]
        wrong = {part for part, is_right in (right or {}).items() if not is_right}
        for part in wrong & set(self.fields):
            self.add_error(
                part,
                _("This is not the code, or it is too old. Type the one from the newest mail."),
            )


class CompanyForm(forms.ModelForm):
    """The company details.

    A customer sees them from a request on, and its steps are prefilled from them.
    """

    class Meta:
        model = Supplier
        fields = [
            "name",
            "english_name",
            "representative",
            "country",
            "registration_number",
            "tax_number",
            "business_type",
            "business_item",
            "postal_code",
            "address",
            "phone",
            "website",
            "invoice_name",
            "invoice_email",
        ]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        country = self.data.get("country") or self.instance.country
        self.fields["phone"].region = str(country) if str(country) in SUPPORTED_REGIONS else None
        self.fields["phone"].widget = forms.TextInput(attrs={"type": "tel"})
        self.fields["phone"].error_messages["invalid"] = _(
            "Type a phone number; one abroad starts with + and the country code."
        )

    def changed_values(self) -> list[str]:
        # changed_data also names values that are only written in another way.
        return [
            name for name in self.changed_data if getattr(self.instance, name) != self.initial[name]
        ]


class PasswordForm(forms.Form):
    """Asks for the person's own password again, a few times an hour at most."""

    password = forms.CharField(
        label=_("Your password"),
        help_text=_("We ask again, because this decides where money goes."),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self):
        if not limits.allowed("password-again", self.user.pk, TRIES_AN_HOUR, limits.AN_HOUR):
            raise forms.ValidationError(limits.wait(limits.AN_HOUR), code="limit")
        if not self.user.check_password(self.cleaned_data["password"]):
            raise forms.ValidationError(
                _("This is not your password. Nothing was changed."), code="password"
            )
        return ""


class BankAccountForm(PasswordForm):
    """An account to add, domestic or by IBAN; `account` holds its values once valid."""

    bank = forms.CharField(
        label=_("Bank"),
        required=False,
        max_length=160,
        widget=forms.TextInput(attrs={"list": "banks"}),
    )
    number = forms.CharField(
        label=_("Account number"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    iban = forms.CharField(
        label=_("IBAN"),
        help_text=_("For an account abroad, instead of bank and number."),
        required=False,
        max_length=50,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    bic = forms.CharField(label=_("BIC"), required=False, max_length=11)
    holder = forms.CharField(label=_("Account holder"), max_length=160)

    field_order = ["bank", "number", "iban", "bic", "holder", "password"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for part in ("bank", "number", "iban"):
            self.fields[part].is_part = True

    def clean(self):
        cleaned = super().clean()
        if "holder" in self.errors:
            return cleaned
        try:
            self.account = banks.clean_bank_account(cleaned)
        except forms.ValidationError as error:
            for part, messages in error.error_dict.items():
                self.add_error(part, messages)
        return cleaned


class DocumentForm(forms.Form):
    """A document of the company."""

    detail = forms.ChoiceField(label=_("Kind of document"), choices=list(DOCUMENTS.items()))
    file = UploadField(label=_("File"), error_messages={"required": _("Choose a file.")})
    expires_on = forms.DateField(
        label=_("Valid until"),
        help_text=_("Leave it empty when it does not run out. We remind you before that day."),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "short"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _("PDF, PNG, JPEG, DOCX or XLSX, up to %(limit)d MB.") % {
            "limit": settings.PORTAL_UPLOAD_MB
        }


class CompanyNewForm(forms.ModelForm):
    """The company that a person without any founds."""

    name = forms.CharField(label=_("Company name"), max_length=160, validators=[validate_name])

    class Meta:
        model = PendingCompany
        fields = ["name", "country"]
        labels = {"country": _("Country or region")}


class RoleForm(forms.Form):
    """The role of a member."""

    role = forms.ChoiceField(
        label=_("Role"),
        choices=[(role, role.label) for role in (Role.MEMBER, Role.VIEWER, Role.ADMIN)],
        initial=Role.MEMBER,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a role.")},
    )


class TeamInvitationForm(RoleForm):
    """The colleague that an admin invites to work for the company."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "inputmode": "email"}),
        error_messages={"required": _("Type the e-mail address of your colleague.")},
    )

    field_order = ["email", "role"]


class SwitchForm(forms.Form):
    """The supplier that the person wants to work for."""

    supplier = forms.UUIDField()


class SupportForm(forms.ModelForm):
    """A question to the operator, with the page it came from.

    A person who is signed in does not type their address.
    """

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
