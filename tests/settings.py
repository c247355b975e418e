"""The portal's settings on a throw-away database that need not survive a power cut."""

import os
from pathlib import Path

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
}
os.environ.setdefault("VAR_DIR", str(Path(__file__).resolve().parent.parent / "var" / "test"))

from portal.settings import *  # noqa: F403 - the environment has to be set before

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
DATABASES["default"] |= {  # noqa: F405
    "CONN_MAX_AGE": 0,
    "TEST": {"NAME": os.environ.get("PGTEST_NAME", "test_portal")},
}
