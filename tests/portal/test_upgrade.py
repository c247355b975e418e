"""The demo database of version 0.2.0 is brought up to date by every version that follows."""

import json
import os
import subprocess

import pytest
from django.db import connection

from core import embedded
from tests.fixtures_database import preparing
from tests.fixtures_processes import start
from tests.tree import ROOT

DUMP = ROOT / "tests" / "data" / "demo-0.2.0.dump"
NAME = f"test_{os.getpid()}_0_2_0"  # removed by the next run if this one is killed

UPGRADE = """
import json, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
from tests import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
import django
django.setup()
from django.apps import apps
from django.test import Client
from accounts.models import User
from portal.database import bring_up_to_date
bring_up_to_date()
client = Client()
client.force_login(User.objects.get(email="admin@acme.example"))
pages = ["/", "/company/", "/setup/admin/", "/setup/customers/", "/setup/requests/"]
print(json.dumps({
    "rows": {model._meta.label: len(model.objects.all()) for model in apps.get_models()},
    "pages": {page: client.get(page).status_code for page in pages},
}))
"""


@pytest.fixture
def old_database(django_db_blocker, django_db_setup):
    with django_db_blocker.unblock(), preparing() as cursor:
        cursor.execute(f"CREATE DATABASE {NAME}")
        server = ["-h", connection.settings_dict["HOST"], "-U", "postgres", "-d", NAME]
        restore = [embedded.program("pg_restore"), *server, "--no-owner", "--exit-on-error", DUMP]
        subprocess.run(restore, check=True)
    yield
    with django_db_blocker.unblock(), preparing() as cursor:
        cursor.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


def test_the_database_of_0_2_0_is_migrated_with_all_its_rows(old_database):
    upgrade = start("-c", UPGRADE, NAME, stdout=subprocess.PIPE)
    written, _errors = upgrade.communicate(timeout=120)
    assert upgrade.returncode == 0
    found = json.loads(written.splitlines()[-1])
    assert set(found["pages"].values()) == {200}
    rows = found["rows"]
    assert rows["customers.Customer"] == 404
    assert rows["accounts.Supplier"] == 10
    assert rows["connections.ConnectionRequest"] > 0
    assert rows["customers.Submission"] > 0
    assert rows["core.Mail"] > 0
