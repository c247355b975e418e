from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = _("Portal")

    def ready(self):
        # Registers the checks; it can be imported only once apps are loaded.
        from core import checks  # noqa: F401, PLC0415


class OperatorAdminConfig(AdminConfig):
    default_site = "core.operator_site.OperatorSite"
