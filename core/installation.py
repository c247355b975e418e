"""Settings that take more than a line: the secret of a local portal, the store of private files."""

import secrets
from pathlib import Path

import environ


def kept_secret(path: Path) -> str:
    """Return the secret kept at a path; make it the first time.

    For `make run` only: web and worker start together there and read the same file.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)  # before it holds anything
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


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
        "file_overwrite": False,  # names are ids of rows: one that exists is a mistake
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
