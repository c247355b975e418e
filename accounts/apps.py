from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self):
        from allauth.account.signals import email_confirmed  # noqa: PLC0415 - models are not loaded before

        email_confirmed.connect(founding, dispatch_uid="accounts.founding")


def founding(request, email_address, **kwargs):
    """The code was right: the person's counters start with this address, and the company that they named is founded.

    Where a company shares the address's domain, the person is asked first whether theirs is not the same one.
    """
    from accounts.models import PendingCompany, Supplier, User, person_key  # noqa: PLC0415 - models are not loaded before

    user = email_address.user
    User.objects.filter(pk=user.pk, person_key="").update(person_key=person_key(email_address.email))
    pending = PendingCompany.objects.filter(user=user).first()
    if pending and not Supplier.objects.sharing_domain(email_address.email).exists():
        pending.found()
