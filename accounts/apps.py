from django.apps import AppConfig
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Suppliers and people")

    def ready(self):
        from allauth.account.signals import email_confirmed, user_logged_in  # noqa: PLC0415 - models are not loaded before

        from accounts import rates  # noqa: PLC0415 - models are not loaded before

        rates.connect()
        email_confirmed.connect(founding, dispatch_uid="accounts.founding")
        user_logged_in.connect(signed_in, dispatch_uid="accounts.signed_in")


def founding(request, email_address, **kwargs):
    """The code was right: the person's counters start with this address, and the company that they named is founded.

    Where a company shares the address's domain, the person is asked first whether theirs is not the same one.
    """
    from accounts.models import Membership, PendingCompany, Supplier, User, person_key  # noqa: PLC0415 - models are not loaded before

    user = email_address.user
    User.objects.filter(pk=user.pk, person_key="").update(
        person_key=person_key(email_address.email)
    )
    pending = PendingCompany.objects.filter(user=user).first()
    if pending and not Supplier.objects.sharing_domain(email_address.email).exists():
        Membership.found(
            user, name=pending.name, country=pending.country, now=timezone.now(), is_first=True
        )


def signed_in(request, user, **kwargs):
    """A sign-in from a browser that the person has not used before is told to them."""
    from accounts.models import KnownDevice  # noqa: PLC0415 - models are not loaded before
    from core.limits import client_ip  # noqa: PLC0415 - models are not loaded before

    request.device_token = KnownDevice.recognise(
        user,
        request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""),
        now=timezone.now(),
        browser=request.headers.get("user-agent", ""),
        address=client_ip(request),
    )
