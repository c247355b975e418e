from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConnectionsConfig(AppConfig):
    name = "connections"
    verbose_name = _("Connections")

    def ready(self):
        from connections.notification_kinds import register_kinds  # noqa: PLC0415 - models load first

        register_kinds()
