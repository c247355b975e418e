"""Settings that take more than a line: the secret, the database, the store of private files."""

import secrets
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured


def secret_key(env: environ.Env, path: Path, *, local: bool) -> str:
    """Return SECRET_KEY; a local portal without it keeps a secret at a path.

    Raises ImproperlyConfigured for any other portal without it.
    """
    if secret := env("SECRET_KEY", default=""):
        return secret
    if not local:
        raise ImproperlyConfigured(
            "Set SECRET_KEY: a long random text, the same for web and worker."
        )
    # `make run` starts web and worker together: both read the same file.
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)  # before it holds anything
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


def database(env: environ.Env) -> dict:
    """Return the database of DATABASE_URL, or without it the embedded PostgreSQL.

    Raises ImproperlyConfigured for a database that is not PostgreSQL.
    """
    if not env("DATABASE_URL", default=""):
        return {"ENGINE": "core.embedded", "NAME": "portal"}
    found = env.db("DATABASE_URL")
    if "postgresql" not in found["ENGINE"]:
        raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL database.")
    return found


def private_files(env: environ.Env, folder: Path) -> dict:
    """Return the storage of uploaded files: a folder, or an S3-compatible bucket (FILES_BUCKET).

    No address leads to either of them; views hand the files out.
    """
    if not (bucket := env("FILES_BUCKET", default="")):
        options = {
            "location": folder,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        }
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
    options = {
        "bucket_name": bucket,
        "endpoint_url": env("FILES_ENDPOINT", default=None),
        "region_name": env("FILES_REGION", default=None),
        "access_key": env("FILES_KEY", default=None),
        "secret_key": env("FILES_SECRET", default=None),
        "default_acl": "private",
        "querystring_auth": True,
        "file_overwrite": False,  # names are ids of rows: to meet a name again is a mistake
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
