from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = _("Leaving the portal")

    def ready(self):
        from portal.notification_kinds import register_kinds  # noqa: PLC0415 - models load first

        register_kinds()
