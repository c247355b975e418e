"""Kinds of files that people may upload: known by their content, opened by the gate's judges."""

from pathlib import PurePath

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from core import gate
from core.judges import Refused
from core.uploads.refusals import in_words

_FORMAT = "application/vnd.openxmlformats-officedocument."
TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpeg": "image/jpeg",
    "docx": f"{_FORMAT}wordprocessingml.document",
    "xlsx": f"{_FORMAT}spreadsheetml.sheet",
}
SUFFIXES = {
    ".pdf": "pdf",
    ".png": "png",
    ".jpg": "jpeg",
    ".jpeg": "jpeg",
    ".docx": "docx",
    ".xlsx": "xlsx",
}
ACCEPT = ",".join(SUFFIXES)
HEADER = 1024  # bytes within which viewers look for a PDF to begin
HANGUL = b"HWP Document File"


def check(upload: UploadedFile, person: str) -> str:
    """Return the content type of a file that `person` uploads, found by opening it.

    Raises ValidationError, which says what to do, for a file that we do not take.
    """
    if not upload.size:
        raise in_words(Refused("empty"))
    check_size(upload)
    suffix = PurePath(upload.name or "").suffix.lower()
    try:
        kind = _kind(upload, suffix, person)
    except Refused as refused:
        raise in_words(refused) from None
    finally:
        upload.seek(0)
    # The name decides what opens the file on the reader's machine, so both have to agree.
    if SUFFIXES.get(suffix) != kind:
        raise ValidationError(
            _("The file’s name does not fit what is in it. It is a %(kind)s file: name it so.")
            % {"kind": kind.upper()},
            code="name",
        )
    return TYPES[kind]


def check_size(upload: UploadedFile) -> None:
    """Raise ValidationError for an uploaded file that is larger than we take."""
    if upload.size > settings.PORTAL_UPLOAD_MB * 2**20:
        words = _("The file is larger than %(limit)d MB. Make it smaller or split it.")
        raise ValidationError(words % {"limit": settings.PORTAL_UPLOAD_MB}, code="large")


def _kind(upload, suffix, person):
    """Name the kind by the first bytes; that kind's judge has the last word."""
    upload.seek(0)
    # No more of it: while it waits at the gate, a file of 10 MB stays on the disk.
    begin = upload.read(HEADER)
    if begin.startswith(b"\x89PNG\r\n\x1a\n"):
        gate.run("core.judges.pictures.judge_picture", upload, person=person, pillow_format="PNG")
        return "png"
    if begin.startswith(b"\xff\xd8\xff"):
        gate.run("core.judges.pictures.judge_picture", upload, person=person, pillow_format="JPEG")
        return "jpeg"
    if suffix in (".hwp", ".hwpx") or begin.startswith(HANGUL):
        raise Refused("hwp")
    if begin.startswith(b"PK\x03\x04"):
        return gate.run("core.judges.office.judge_office", upload, person=person)
    # OLE: what Office wrote until 2003, what it wraps a file with a password in, and Hangul.
    if begin.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused("hwp" if HANGUL in upload.read() else "old")
    # Byte order marks, line ends and heads of mail stand before it, and viewers pass over them.
    if b"%PDF-" in begin:
        gate.run("core.judges.pdf.judge_pdf", upload, person=person)
        return "pdf"
    raise Refused("type")
