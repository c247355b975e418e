"""Django's PostgreSQL backend with the embedded server behind it."""

from django.conf import settings
from django.db.backends.postgresql import base

from core import embedded


class DatabaseWrapper(base.DatabaseWrapper):
    def __init__(self, settings_dict, *args, **kwargs):
        where = {
            "HOST": str(embedded.socket_folder(settings.EMBEDDED_PGDATA)),
            "USER": "postgres",
            "PASSWORD": "",
            "PORT": "",
        }
        settings_dict.update(where)
        super().__init__(settings_dict, *args, **kwargs)

    def get_connection_params(self):
        # By the first connection, not by the import: commands without a database start no server.
        embedded.ensure(settings.EMBEDDED_PGDATA, settings.EMBEDDED_PG_OPTIONS)
        return super().get_connection_params()
