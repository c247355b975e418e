"""A database that this version can't bring up to date is refused in a sentence that helps."""

import pytest
from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from portal.database import bring_up_to_date, unknown_migrations


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch):
    """A database that DATABASE_URL names: the one of `make run` is not started for these tests."""
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "elsewhere")


def test_a_migrated_database_knows_nothing_else(db):
    assert unknown_migrations() == []


def test_a_database_of_another_version_is_refused_with_what_to_do(db):
    MigrationRecorder(connection).record_applied("accounts", "0001_initial")
    MigrationRecorder(connection).record_applied("django_extension", "0001_initial")
    with pytest.raises(CommandError) as refused:
        bring_up_to_date()
    words = str(refused.value)
    assert "\n" not in words
    assert "it has accounts.0001_initial, which this version lacks" in words
    assert "give DATABASE_URL an empty database" in words


def test_a_history_with_a_gap_is_refused_without_a_traceback(db):
    recorder = MigrationRecorder(connection)
    recorder.migration_qs.filter(app="core").delete()
    with pytest.raises(CommandError, match="can’t be brought up to date"):
        bring_up_to_date()


def test_the_embedded_database_is_moved_aside_by_its_folder(db, monkeypatch):
    MigrationRecorder(connection).record_applied("accounts", "0001_initial")
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "core.embedded")
    monkeypatch.setattr("portal.database._create", lambda name: None)
    with pytest.raises(CommandError, match=f"mv {settings.VAR_DIR} {settings.VAR_DIR}.old"):
        bring_up_to_date()
