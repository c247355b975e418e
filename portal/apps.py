from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self):
        from portal import checks  # noqa: F401, PLC0415 - registers the deploy checks once apps are loaded


class OperatorAdminConfig(AdminConfig):
    default_site = "portal.operator.OperatorSite"
