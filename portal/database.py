"""The database of `make run`: made if it is missing, and brought up to date or refused in words."""

from pathlib import Path

import psycopg
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connection
from django.db.migrations.exceptions import InconsistentMigrationHistory
from django.db.migrations.loader import MigrationLoader

from core import embedded


def bring_up_to_date() -> None:
    """Make the database if it is missing, migrate it, and make its cache table.

    Raises CommandError, with a sentence that says what to do, for a database that another version
    has made and that this one can't migrate.
    """
    if settings.DATABASES["default"]["ENGINE"] == "core.embedded":
        _create(settings.DATABASES["default"]["NAME"])
    if unknown := unknown_migrations():
        raise CommandError(_refusal(f"it has {', '.join(unknown)}, which this version lacks"))
    try:
        call_command("migrate", verbosity=0)
    except (DatabaseError, InconsistentMigrationHistory) as error:
        # PostgreSQL takes back a migration that fails: what was there is there still.
        reason = str(error).splitlines()[0]
        raise CommandError(_refusal(reason)) from None
    call_command("createcachetable", verbosity=0)


def unknown_migrations() -> list[str]:
    """List what was applied of our apps and is not in the code: 'accounts.0001_initial', sorted."""
    loader = MigrationLoader(connection, ignore_no_migrations=True)
    ours = {
        config.label
        for config in apps.get_app_configs()
        if Path(config.path).is_relative_to(settings.BASE_DIR)
    }
    applied = {key for key in loader.applied_migrations if key[0] in ours}
    return sorted(".".join(key) for key in applied - set(loader.disk_migrations))


def _create(name):
    folder = embedded.ensure(settings.EMBEDDED_PGDATA, settings.EMBEDDED_PG_OPTIONS)
    # Not by Django, which connects to the database itself; CREATE DATABASE takes no transaction.
    with psycopg.connect(host=str(folder), user="postgres", autocommit=True) as server:
        found = server.execute("SELECT FROM pg_database WHERE datname = %s", [name])
        if not found.rowcount:
            create = psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name))
            server.execute(create)


def _refusal(reason):
    if settings.DATABASES["default"]["ENGINE"] == "core.embedded":
        folder = settings.VAR_DIR
        advice = f"move it aside (mv {folder} {folder}.old) to start anew"
    else:
        advice = "give DATABASE_URL an empty database to start anew"
    return (
        f"The database was made by another version and can’t be brought up to date ({reason}):"
        f" run the version that made it, or {advice}."
    )
