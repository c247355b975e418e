"""Files that people gave us: outside the web root, named by us, given out by views only."""

import hashlib
import uuid
from datetime import datetime
from functools import partial

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models.counts import today
from core.uploads import clean_name


# A function, so that migrations and tests take the storage of the settings in force.
def private() -> Storage:
    return storages["private"]


def place(row: "StoredFile", name: str) -> str:
    # Nothing typed is part of a path. By two digits, no folder holds all files of a kind.
    return f"{row._meta.model_name}/{row.pk.hex[:2]}/{row.pk.hex}"


class StoredFile(models.Model):
    """A file with the name that it came with; it never changes: a new file is a new row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file = models.FileField(_("file"), storage=private, upload_to=place, max_length=200)
    name = models.CharField(_("name"), max_length=150)
    size = models.PositiveIntegerField(_("bytes"))
    content_type = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)
    expires_on = models.DateField(_("valid until"), null=True, blank=True)
    uploaded_at = models.DateTimeField(_("added"), default=timezone.now)

    class Meta:
        abstract = True

    def __str__(self):
        return self.name

    @classmethod
    def keep(cls, upload: UploadedFile, **fields) -> "StoredFile":
        """Store an upload that core.uploads.check() has let in; return its row.

        A rollback leaves the file itself, which forget_orphans() deletes a day later.
        """
        upload.seek(0)
        return cls._store(upload.read(), clean_name(upload.name), upload.content_type, fields)

    @classmethod
    def copy_of(cls, other: "StoredFile", **fields) -> "StoredFile":
        """Store the content of another row again, for a row that stays when the other goes."""
        with other.file.open("rb") as source:
            return cls._store(source.read(), other.name, other.content_type, fields)

    @classmethod
    def _store(cls, content, name, content_type, fields):
        digest = hashlib.sha256(content).hexdigest()
        row = cls(name=name, size=len(content), content_type=content_type, digest=digest, **fields)
        # The file first: a row without a file would be a promise that a page can't keep.
        row.file.save(name, ContentFile(content), save=False)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        # Also when the process is being stopped: BaseException.
        except BaseException:
            row.file.storage.delete(row.file.name)
            raise
        return row

    @classmethod
    def forget_orphans(cls, before: datetime) -> int:
        """Delete files of this kind that no row names, older than `before`; return how many."""
        storage, folder, gone = storages["private"], cls._meta.model_name, 0
        # A bucket has no folders to exist; a file system lists no folder that is not there.
        if not storage.exists(folder) and not hasattr(storage, "bucket"):
            return 0
        for shelf in storage.listdir(folder)[0]:
            names = storage.listdir(f"{folder}/{shelf}")[1]
            paths = {f"{folder}/{shelf}/{name}" for name in names}
            # One shelf at a time, so that a query never names more than a 256th of all files.
            named = set(cls.objects.filter(file__in=paths).values_list("file", flat=True))
            for path in paths - named:
                if storage.get_modified_time(path) < before:
                    storage.delete(path)
                    gone += 1
        return gone

    def has_expired(self, now: datetime) -> bool:
        return self.expires_on is not None and self.expires_on < today(now)

    def discard(self) -> None:
        """Delete the row, and its file once the transaction is committed."""
        with transaction.atomic():
            self.delete()
            transaction.on_commit(partial(self.file.storage.delete, self.file.name))

    def as_attachment(self) -> FileResponse:
        """Answer with the file as a download that no browser opens as a page of ours."""
        response = FileResponse(
            self.file.open("rb"),
            as_attachment=True,
            filename=self.name,
            content_type=self.content_type,
        )
        # Should a browser show it after all: it guesses no other type, runs nothing, keeps nothing.
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = "sandbox; default-src 'none'"
        response["Cache-Control"] = "no-store, private"
        return response
