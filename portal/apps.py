from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self):
        from portal.notification_kinds import register_kinds  # noqa: PLC0415 - models load first

        register_kinds()
