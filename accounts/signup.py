"""Signing in, signing up, asking for a new password.

Known and unknown addresses get the same answer after the same work, so that nobody learns who has
an account.
"""

import copy
import uuid

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.core import context, ratelimit
from django import forms
from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from accounts import invited_signup
from accounts.legal import VERSION
from accounts.models import Consent, PendingCompany, User
from accounts.names import validate_name
from accounts.passwords import ADVICE
from core import limits

CODE_TRIES = 3  # of one code, as many as allauth allows in a session
CODES_AN_HOUR = 60  # tries of all codes from one client


def _nobodys_address():
    return f"{uuid.uuid4().hex}@portal.invalid"


class LoginForm(allauth_forms.LoginForm):
    """Signing in, in our words."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail")
        self.fields["login"].widget.attrs |= {"autocomplete": "username", "inputmode": "email"}
        self.fields["password"].help_text = ""


class SignupForm(allauth_forms.SignupForm):
    """A person, their company and their consents.

    The company is founded when the code is confirmed, not here.
    """

    field_order = ["email", "name", "company", "country", "password1", "terms", "privacy"]

    name = forms.CharField(
        label=_("Your name"),
        max_length=160,
        validators=[validate_name],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    company = forms.CharField(
        label=_("Company name"),
        help_text=_("As on your business registration. You can change it later."),
        max_length=160,
        validators=[validate_name],
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    country = CountryField(blank_label=_("Choose a country")).formfield(
        label=_("Country or region")
    )
    terms = forms.BooleanField(
        label=_("I accept the Terms of Use."),
        error_messages={"required": _("Accept the terms to create an account.")},
    )
    privacy = forms.BooleanField(
        label=_("I agree that my personal data is processed as the Privacy Notice says."),
        error_messages={"required": _("Agree to this to create an account.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail")
        self.fields["email"].widget.attrs = {"autocomplete": "username", "inputmode": "email"}
        self.fields["password1"].label = _("Choose a password")
        self.fields["password1"].help_text = ADVICE

        if invited := invited_signup.invited(context.request):
            self._lock_to(invited)

    def _lock_to(self, invited):
        self.fields["email"].initial = invited["email"]
        self.fields["email"].disabled = True
        self.fields["email"].help_text = _("The invitation was sent here.")
        self.fields["name"].initial = invited.get("name")
        self.fields["company"].initial = invited.get("company")
        # A person who joins a team founds no company.
        if "team" in invited:
            del self.fields["company"], self.fields["country"]

    def validate_unique_email(self, value):
        return value  # try_save looks, where nobody else can come in between

    def try_save(self, request):
        email = self.cleaned_data["email"]
        with transaction.atomic():
            User.objects.one_at_a_time(email)
            if not ratelimit.consume(request, action="confirm_email", key=email, dry_run=True):
                # No new code could be sent, so the sign-up whose code was sent must not give way.
                return None, ratelimit.respond_429(request)
            # Where no sign-up gives way a stand-in does, so that deleting costs the same too.
            giving_way = User.objects.unconfirmed().filter(
                email__in=[email, self._create_stand_in().email]
            )
            self.account_already_exists = (
                User.objects.filter(email=email).exclude(pk__in=giving_way).exists()
            )
            giving_way.delete()  # an earlier sign-up that was never confirmed
            if not self.account_already_exists:
                return super().try_save(request)
            # A known address costs the same time, spent on a sign-up that is undone.
            self._rehearse_signup(request)
            transaction.set_rollback(True)
        return super().try_save(request)

    def _create_stand_in(self):
        # Without a password: hashing another one would cost double.
        user = User.objects.create(email=_nobodys_address(), name=self.cleaned_data["name"])
        EmailAddress.objects.create(user=user, email=user.email, primary=True)
        self.custom_signup(None, user)
        return user

    def _rehearse_signup(self, request):
        stand_in = copy.copy(self)
        stand_in.account_already_exists = False
        stand_in.cleaned_data = self.cleaned_data | {"email": _nobodys_address()}
        stand_in.save(request)
        # Signing in asks for the address three times more than the letter to a known address does.
        for _time in range(3):
            EmailAddress.objects.filter(email=stand_in.cleaned_data["email"]).exists()

    def custom_signup(self, request, user):
        if "company" in self.cleaned_data:
            PendingCompany.objects.create(
                user=user, name=self.cleaned_data["company"], country=self.cleaned_data["country"]
            )
        for kind in Consent.Kind:
            user.consents.create(kind=kind, version=VERSION, language=translation.get_language())


class ConfirmCodeForm(allauth_forms.ConfirmEmailVerificationCodeForm):
    """The code of a sign-up; its tries are counted before one is looked at."""

    def clean_code(self):
        # allauth counts in the session, which two requests at once read before either writes.
        code = f"{self.email}:{self.expected_code}"
        seconds = settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT
        if not (
            limits.allowed_for_client(
                "sign-up-code", context.request, CODES_AN_HOUR, limits.AN_HOUR
            )
            and limits.allowed_from_first("sign-up-code", code, CODE_TRIES, seconds)
        ):
            raise get_adapter().validation_error("rate_limited")
        return super().clean_code()


class ResetForm(allauth_forms.ResetPasswordForm):
    """Forgotten password: for an unknown address the same letter is written, and undone."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail")
        self.fields["email"].widget.attrs = {"autocomplete": "username", "inputmode": "email"}

    def save(self, request, **kwargs):
        if self.users:
            return super().save(request, **kwargs)
        with transaction.atomic():
            # With a known address, making the token reads the address twice.
            EmailAddress.objects.filter(email=self.cleaned_data["email"]).exists()
            self.users = [User(pk=0)]
            super().save(request, **kwargs)
            transaction.set_rollback(True)
        return self.cleaned_data["email"]


class NewPasswordForm(allauth_forms.ResetPasswordKeyForm):
    """A new password in place of the forgotten one."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password1"].label = _("New password")
        self.fields["password1"].help_text = ADVICE
        self.fields["password2"].label = _("New password again")


class ChangePasswordForm(allauth_forms.ChangePasswordForm):
    """A new password, with the present one asked."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        labels = {
            "oldpassword": _("Present password"),
            "password1": _("New password"),
            "password2": _("New password again"),
        }
        for name, label in labels.items():
            self.fields[name].label = label
        self.fields["password1"].help_text = ADVICE
