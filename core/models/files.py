"""Files that people gave us: kept outside the web root under a name of ours, given out by a view only."""

import hashlib
import uuid
from functools import partial

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import models, transaction
from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models.counts import today
from core.uploads import clean_name


def private():
    return storages["private"]


def place(row, name):
    """Where a row's file lies: a folder for each kind of row, the row's id as the name, so that nothing typed is a path."""
    return f"{row._meta.model_name}/{row.pk.hex[:2]}/{row.pk.hex}"


class StoredFile(models.Model):
    """A file with the name it came with; it never changes, a new one is a new row."""

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
    def keep(cls, upload, **fields):
        """Store an upload that `core.uploads.check` has let in; returns its row. What a rollback leaves, the worker removes."""
        upload.seek(0)
        return cls._store(upload.read(), clean_name(upload.name), upload.content_type, fields)

    @classmethod
    def copy_of(cls, other, **fields):
        """A row of its own with the same content, which stays when the other one goes."""
        with other.file.open("rb") as source:
            return cls._store(source.read(), other.name, other.content_type, fields)

    @classmethod
    def _store(cls, content, name, content_type, fields):
        digest = hashlib.sha256(content).hexdigest()
        row = cls(name=name, size=len(content), content_type=content_type, digest=digest, **fields)
        row.file.save(name, ContentFile(content), save=False)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except BaseException:
            row.file.storage.delete(row.file.name)
            raise
        return row

    @classmethod
    def forget_orphans(cls, before):
        """Delete files of this kind that no row names and that are older than `before`; returns how many."""
        storage, folder, gone = storages["private"], cls._meta.model_name, 0
        if not storage.exists(folder) and not hasattr(storage, "bucket"):
            return 0
        for shelf in storage.listdir(folder)[0]:
            paths = {f"{folder}/{shelf}/{name}" for name in storage.listdir(f"{folder}/{shelf}")[1]}
            for path in paths - set(
                cls.objects.filter(file__in=paths).values_list("file", flat=True)
            ):
                if storage.get_modified_time(path) < before:
                    storage.delete(path)
                    gone += 1
        return gone

    def has_expired(self, now):
        return self.expires_on is not None and self.expires_on < today(now)

    def discard(self):
        """Delete the row, and its file once that is certain."""
        with transaction.atomic():
            self.delete()
            transaction.on_commit(partial(self.file.storage.delete, self.file.name))

    def as_attachment(self):
        """The file as a download that no browser opens as a page of ours."""
        response = FileResponse(
            self.file.open("rb"),
            as_attachment=True,
            filename=self.name,
            content_type=self.content_type,
        )
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = "sandbox; default-src 'none'"
        response["Cache-Control"] = "no-store, private"
        return response
