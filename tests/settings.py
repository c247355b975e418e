"""The portal's settings on a throw-away database that need not survive a power cut."""

import os
from pathlib import Path

BELOW = Path(__file__).resolve().parent.parent / "var" / "test"

os.environ |= {
    "DEBUG": "0",
    "DEMO": "0",
    "LOCAL": "0",
    "SECRET_KEY": "only-for-tests",
    "PUBLIC_URL": "http://localhost:8000",
    "OPERATOR_NAME": "Hanbit Procurement Services",
    "OPERATOR_ADDRESS": "24 Songdo-daero, Incheon",
    "STAFF_SECOND_FACTOR": "0",
    "EMBEDDED_PG_OPTIONS": "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=300",
    "VAR_DIR": str(BELOW / str(os.getpid())),  # files and letters of this process alone
}

from portal.settings import *  # noqa: E402, F403 - the environment has to be set before

EMBEDDED_PGDATA = BELOW / "pgdata"  # one server for all processes, a database for each
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
DATABASES["default"]["CONN_MAX_AGE"] = 0  # noqa: F405
