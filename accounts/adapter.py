"""What differs from django-allauth's own ways."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.urls import reverse

from accounts.models import User
from portal import mail


class AccountAdapter(DefaultAccountAdapter):
    def render_mail(self, template_prefix, email, context, headers=None):
        """Every letter knows the portal and who runs it; links stand on PUBLIC_URL, not on the host of the request."""
        return super().render_mail(template_prefix, email, context | mail.common(), headers)

    def get_from_email(self):
        return settings.DEFAULT_FROM_EMAIL

    def save_user(self, request, user, form, commit=True):
        user.email = User.objects.normalize_email(form.cleaned_data["email"])
        user.name = form.cleaned_data["name"]
        user.language = request.LANGUAGE_CODE
        user.set_password(form.cleaned_data["password1"])
        user.save()
        return user

    def get_reset_password_from_key_url(self, key):
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.PUBLIC_URL + path.replace("UID-KEY", key)
