"""Our adapters of django-allauth: mails, words, and the moment in which an address counts."""

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
        # Mail to an address without a person has the language of the page.
        person = User.objects.filter(email=email).first()
        with translation.override(person.mail_language if person else translation.get_language()):
            super().send_mail(template_prefix, email, context)

    def send_notification_mail(self, template_prefix, user, context=None, email=None):
        # Allauth has a letter for each change of password or second factor; ours is one letter. The
        # end of a prefix names the change: 'mfa/email/totp_activated'.
        mail_security(
            user,
            template_prefix.rpartition("/")[2],
            now=timezone.now(),
            browser=self.get_http_user_agent(self.request),
            address=limits.client_ip(self.request),
            to=email or "",
        )

    def render_mail(self, template_prefix, email, context, headers=None):
        message = super().render_mail(template_prefix, email, context | mail.common(), headers)
        # A letter that goes out after its code is over only confuses.
        if "code" in context:
            message.valid_until = timezone.now() + timedelta(
                seconds=settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT
            )
        return message

    def get_from_email(self):
        return settings.DEFAULT_FROM_EMAIL

    def save_user(self, request, user, form, commit=True):
        user.email = User.objects.normalize_email(form.cleaned_data["email"])
        user.name = form.cleaned_data["name"]
        user.language = request.LANGUAGE_CODE
        user.set_password(form.cleaned_data["password1"])
        user.save()
        return user

    def clean_email(self, email):
        # Allauth's form lets addresses through that are longer than the column.
        MaxLengthValidator(User._meta.get_field("email").max_length)(email)
        return super().clean_email(email)

    def confirm_email(self, request, email_address):
        # Confirming founds the company too: both happen or neither.
        with transaction.atomic():
            User.objects.one_at_a_time(email_address.email)
            # Somebody has signed up with the address since, and theirs is the newer code.
            if not EmailAddress.objects.filter(pk=email_address.pk).exists():
                return False
            return super().confirm_email(request, email_address)

    def get_reset_password_from_key_url(self, key):
        # On PUBLIC_URL: a stranger can choose the host of the request.
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
        # A passkey that its owner did not name is called by its browser.
        return browsers.named(context.request.headers.get("user-agent", ""))
