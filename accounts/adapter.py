"""Where we differ from django-allauth: mails, words, and the moment in which an address counts."""

from datetime import timedelta

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.models.devices import mail_security
from core import browsers, limits, mail

WRONG_CODE = _("The code is not right. Look again, or wait for the next one.")


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This account is closed."),
        "email_password_mismatch": _("E-mail or password is not right."),
        "enter_current_password": _("That is not your present password."),
        "incorrect_code": WRONG_CODE,
        "incorrect_password": _("That is not your password."),
        "invalid_password_reset": _("This link is over. Ask for a new one."),
        "rate_limited": _("Too many tries. Wait a few minutes."),
        "too_many_login_attempts": _("Too many tries. Wait a few minutes."),
    }

    def send_mail(self, template_prefix, email, context):
        """Write in the language of the address's person, or in that of the page where nobody has the address."""
        person = User.objects.filter(email=email).first()
        with translation.override(person.mail_language if person else translation.get_language()):
            super().send_mail(template_prefix, email, context)

    def send_notification_mail(self, template_prefix, user, context=None, email=None):
        """Write allauth's news about password and second factor as our one letter.

        A prefix is 'mfa/email/totp_activated'.
        """
        mail_security(
            user,
            template_prefix.rpartition("/")[2],
            now=timezone.now(),
            browser=self.get_http_user_agent(self.request),
            address=limits.client_ip(self.request),
            to=email or "",
        )

    def render_mail(self, template_prefix, email, context, headers=None):
        """Give every letter the words that all of ours have, and the moment after which its code is too old to send."""
        message = super().render_mail(template_prefix, email, context | mail.common(), headers)
        if "code" in context:
            message.valid_until = timezone.now() + timedelta(
                seconds=settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT
            )
        return message

    def get_from_email(self):
        return settings.DEFAULT_FROM_EMAIL

    def save_user(self, request, user, form, commit=True):
        """Save the person of a sign-up, whose language is that of the page."""
        user.email = User.objects.normalize_email(form.cleaned_data["email"])
        user.name = form.cleaned_data["name"]
        user.language = request.LANGUAGE_CODE
        user.set_password(form.cleaned_data["password1"])
        user.save()
        return user

    def clean_email(self, email):
        """Refuse an address that is longer than the column; allauth's form lets more through."""
        MaxLengthValidator(User._meta.get_field("email").max_length)(email)
        return super().clean_email(email)

    def confirm_email(self, request, email_address):
        """Let the address count and found the company, both or neither, for the code was right.

        Returns False when somebody else has signed up with the address since: theirs is the newer code.
        """
        with transaction.atomic():
            User.objects.one_at_a_time(email_address.email)
            if not EmailAddress.objects.filter(pk=email_address.pk).exists():
                return False
            return super().confirm_email(request, email_address)

    def get_reset_password_from_key_url(self, key):
        """Return the link of the mail, on PUBLIC_URL: a stranger can choose the host of the request."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.PUBLIC_URL + path.replace("UID-KEY", key)


class MFAAdapter(DefaultMFAAdapter):
    """The second factor, in our words."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": _("The second factor can’t be removed."),
        "cannot_generate_recovery_codes": _("They come with your first passkey or app."),
        "incorrect_code": WRONG_CODE,
        "unverified_email": _("Confirm your e-mail first."),
    }

    def generate_authenticator_name(self, user, type):
        """Call a passkey that nobody named by the browser that made it."""
        return browsers.named(context.request.headers.get("user-agent", ""))
