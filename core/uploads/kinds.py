"""Kinds of files that people may upload: known by their content, opened by a library."""

from pathlib import PurePath

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from core.uploads.office import FORMAT, check_office
from core.uploads.pdf import check_pdf
from core.uploads.pictures import check_picture
from core.uploads.refusals import hangul_file, other_kind

TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpeg": "image/jpeg",
    "docx": f"{FORMAT}wordprocessingml.document",
    "xlsx": f"{FORMAT}spreadsheetml.sheet",
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


def check(upload: UploadedFile) -> str:
    """Return the content type of an uploaded file, found by opening it.

    Raises ValidationError, which says what to do, for a file that we do not take.
    """
    if not upload.size:
        raise ValidationError(_("The file is empty. Choose another one."), code="empty")
    check_size(upload)
    upload.seek(0)
    content = upload.read()
    upload.seek(0)
    suffix = PurePath(upload.name or "").suffix.lower()
    kind = _kind(content, suffix)
    # The name decides what opens the file on the reader's machine, so both have to agree.
    if SUFFIXES.get(suffix) != kind:
        raise ValidationError(
            _("The file’s name does not fit what is in it. It is a %(kind)s file: name it so.")
            % {"kind": kind.upper()},
            code="name",
        )
    return TYPES[kind]


def check_size(upload: UploadedFile) -> None:
    if upload.size > settings.PORTAL_UPLOAD_MB * 2**20:
        words = _("The file is larger than %(limit)d MB. Make it smaller or split it.")
        raise ValidationError(words % {"limit": settings.PORTAL_UPLOAD_MB}, code="large")


def _kind(content, suffix):
    # The first bytes say which library opens the file; that one has the last word.
    if content.startswith(b"%PDF-"):
        check_pdf(content)
        return "pdf"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        check_picture(content, "PNG")
        return "png"
    if content.startswith(b"\xff\xd8\xff"):
        check_picture(content, "JPEG")
        return "jpeg"
    if suffix in (".hwp", ".hwpx") or b"HWP Document File" in content:
        raise hangul_file()
    if content.startswith(b"PK\x03\x04"):
        return check_office(content)
    # OLE: what Office wrote until 2003, and what it wraps a file with a password in.
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise ValidationError(
            _(
                "This is an old Office file, or one with a password."
                " Save it as DOCX, XLSX or PDF without a password."
            ),
            code="old",
        )
    raise other_kind()
