from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = _("Portal")

    def ready(self):
        from portal import checks  # noqa: F401, PLC0415 - registers the deploy checks once apps are loaded


class OperatorAdminConfig(AdminConfig):
    default_site = "portal.operator_site.OperatorSite"
