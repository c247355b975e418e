from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    name = "customers"
    verbose_name = _("Customers")

    def ready(self):
        from customers.notification_kinds import register_kinds  # noqa: PLC0415 - models load first

        register_kinds()
