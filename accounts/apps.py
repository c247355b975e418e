from django.apps import AppConfig
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Suppliers and people")

    def ready(self):
        from allauth.account.signals import email_confirmed, user_logged_in  # noqa: PLC0415 - models load first

        from accounts import rates  # noqa: PLC0415 - models load first
        from accounts.notification_kinds import register_kinds  # noqa: PLC0415 - models load first

        register_kinds()
        rates.connect()
        email_confirmed.connect(found_pending_company, dispatch_uid="accounts.founding")
        user_logged_in.connect(recognise_browser, dispatch_uid="accounts.signed_in")


def found_pending_company(request, email_address, **kwargs):
    """Found the company that the person named at sign-up, now that their code was right."""
    from accounts.founding import found_company  # noqa: PLC0415 - models load first
    from accounts.models import PendingCompany, Supplier, User, person_key  # noqa: PLC0415 - models load first

    user = email_address.user
    # The person's counters start with the first address that they prove.
    User.objects.filter(pk=user.pk, person_key="").update(
        person_key=person_key(email_address.email)
    )
    pending = PendingCompany.objects.filter(user=user).first()
    # A company of the same domain may be theirs: the page `company_new` asks the person first.
    if pending and not Supplier.objects.sharing_domain(email_address.email).exists():
        found_company(
            user, name=pending.name, country=pending.country, now=timezone.now(), is_first=True
        )


def recognise_browser(request, user, **kwargs):
    from accounts.models import KnownDevice  # noqa: PLC0415 - models load first
    from core.limits import client_ip  # noqa: PLC0415 - models load first

    # The middleware `known_device` writes it into the browser.
    request.device_token = KnownDevice.recognise(
        user,
        request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""),
        now=timezone.now(),
        browser=request.headers.get("user-agent", ""),
        address=client_ip(request),
    )
