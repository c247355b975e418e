"""A database for each test process, copied from a migrated template.

Databases and folders carry the id of the process that made them: the next run removes those of killed runs.
"""

import hashlib
import os
import shutil
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection

from tests.settings import BELOW
from tests.tree import ROOT

LOCK = 1_000  # any number: processes that prepare databases wait for each other


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker):
    """Take the place of pytest-django's fixture, which would migrate in each process."""
    name = f"test_{os.getpid()}"
    with django_db_blocker.unblock():
        with preparing() as cursor:
            remove_databases_of_the_dead(cursor)
            template = migrated_template(cursor)
            cursor.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        use_database(name)
    yield
    with django_db_blocker.unblock():
        connection.close()
        with preparing() as cursor:
            for own in (name, f"{name}_kept"):
                cursor.execute(f"DROP DATABASE IF EXISTS {own} WITH (FORCE)")


def keep_data():
    """Keep a copy of this process's database and files, for `bring_back_data()`."""
    name = connection.settings_dict["NAME"]
    connection.close()
    with preparing() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name}_kept")
        cursor.execute(f"CREATE DATABASE {name}_kept TEMPLATE {name}")
    replace_folder(settings.VAR_DIR / "kept", settings.VAR_DIR / "files")


def bring_back_data():
    """Put the database and the files back to what `keep_data()` kept."""
    name = connection.settings_dict["NAME"]
    connection.close()
    with preparing() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {name}_kept")
    replace_folder(settings.VAR_DIR / "files", settings.VAR_DIR / "kept")
    ContentType.objects.clear_cache()


def replace_folder(old, new):
    shutil.rmtree(old, ignore_errors=True)
    shutil.copytree(new, old)


@pytest.fixture(autouse=True, scope="session")
def folder_of_this_process():
    """Uploaded files and letters lie in a folder that is gone afterwards."""
    for folder in BELOW.glob("[0-9]*"):
        if not is_alive(int(folder.name)):
            shutil.rmtree(folder, ignore_errors=True)
    yield
    shutil.rmtree(settings.VAR_DIR, ignore_errors=True)


@contextmanager
def preparing():
    """Give a cursor outside every test database, to one process at a time; the lock ends with the connection."""
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        yield cursor


def migrated_template(cursor):
    """Return the name of the template of these migrations; make it if it is missing."""
    name = f"template_{fingerprint()}"
    if name in databases(cursor, "template_"):
        return name
    for old in databases(cursor, "template_"):
        cursor.execute(f"DROP DATABASE {old} WITH (FORCE)")
    cursor.execute("CREATE DATABASE template_unfinished")
    use_database("template_unfinished")
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    connection.close()
    cursor.execute(f"ALTER DATABASE template_unfinished RENAME TO {name}")
    return name


def fingerprint():
    """Return a digest of what makes the schema: our migrations, and the libraries that bring theirs."""
    digest = hashlib.sha256()
    for path in [ROOT / "requirements.txt", *sorted(ROOT.glob("*/migrations/*.py"))]:
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def remove_databases_of_the_dead(cursor):
    for name in databases(cursor, "test_"):
        pid = name.split("_")[1]
        if pid.isdigit() and not is_alive(int(pid)):
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def databases(cursor, prefix):
    cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix])
    return [name for (name,) in cursor.fetchall()]


def use_database(name):
    connection.close()
    connection.settings_dict["NAME"] = name


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
