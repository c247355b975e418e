"""What people may upload: known by its content, opened by a library, and nothing that runs."""

import io
import unicodedata
import warnings
import zipfile
from pathlib import PurePath

from defusedxml import ElementTree
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

PIXELS = 50_000_000  # of a picture: a scan of A4 at 600 dots an inch has 35 million
ENTRIES, UNPACKED, RATIO = (
    2_000,
    200 * 2**20,
    200,
)  # of an office file: parts, bytes in all, times smaller when packed
PDF_OBJECTS = 50_000
PDF_RUNS = {
    "/JavaScript", "/JS", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/GoToR", "/EmbeddedFile", "/EmbeddedFiles", "/EF",
    "/RichMedia", "/XFA",
}  # fmt: skip
OFFICE = "application/vnd.openxmlformats-officedocument."
OFFICE_RUNS = (
    "macroenabled",
    "vbaproject",
    "macrosheet",
    "activex",
    "oleobject",
    "externallink",
)  # in a part's type; DDE is a link
OFFICE_NAMES = ("activex", "embeddings/", "macrosheets/")
PROGRAMS = (b"MZ", b"\x7fELF", b"\xd0\xcf\x11\xe0")  # how programs and OLE objects begin
MAIN_PARTS = {
    f"{OFFICE}wordprocessingml.document.main+xml": "docx",
    f"{OFFICE}spreadsheetml.sheet.main+xml": "xlsx",
}
TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpeg": "image/jpeg",
    "docx": f"{OFFICE}wordprocessingml.document",
    "xlsx": f"{OFFICE}spreadsheetml.sheet",
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


def check(upload):
    """The content type of an uploaded file, found by opening it; ValidationError, saying what to do, for one we do not take."""
    if not upload.size:
        raise ValidationError(_("The file is empty. Choose another one."), code="empty")
    check_size(upload)
    upload.seek(0)
    content = upload.read()
    upload.seek(0)
    suffix = PurePath(upload.name or "").suffix.lower()
    kind = _kind(content, suffix)
    if SUFFIXES.get(suffix) != kind:
        raise ValidationError(
            _("The file’s name does not fit what is in it. It is a %(kind)s file: name it so.")
            % {"kind": kind.upper()},
            code="name",
        )
    return TYPES[kind]


def check_size(upload):
    """ValidationError for an uploaded file that is larger than we take."""
    if upload.size > settings.PORTAL_UPLOAD_MB * 2**20:
        words = _("The file is larger than %(limit)d MB. Make it smaller or split it.")
        raise ValidationError(words % {"limit": settings.PORTAL_UPLOAD_MB}, code="large")


def _kind(content, suffix):
    if content.startswith(b"%PDF-"):
        return _pdf(content)
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return _picture(content, "PNG")
    if content.startswith(b"\xff\xd8\xff"):
        return _picture(content, "JPEG")
    if suffix in (".hwp", ".hwpx") or b"HWP Document File" in content:
        raise _hangul()
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise ValidationError(
            _(
                "This is an old Office file, or one with a password. Save it as DOCX, XLSX or PDF without a password."
            ),
            code="old",
        )
    raise ValidationError(
        _("We take PDF, PNG, JPEG, DOCX and XLSX files. Choose one of these."), code="type"
    )


def _hangul():
    return ValidationError(
        _("HWP files can’t be read everywhere. Save it as PDF in Hangul and upload that."),
        code="hwp",
    )


def _broken():
    return ValidationError(
        _("The file can’t be opened. Save it anew and try again."), code="broken"
    )


def _picture(content, kind):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=[kind]) as picture:
                if picture.width * picture.height > PIXELS:
                    raise ValidationError(
                        _("The picture has too many pixels. Save it with a lower resolution."),
                        code="bomb",
                    )
                picture.verify()
            with Image.open(io.BytesIO(content), formats=[kind]) as picture:
                picture.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ValidationError(
            _("The picture has too many pixels. Save it with a lower resolution."), code="bomb"
        ) from None
    except (OSError, SyntaxError, ValueError):
        raise _broken() from None
    return kind.lower()


def _pdf(content):
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted:
            raise ValidationError(
                _("The PDF has a password. Save it without one."), code="password"
            )
        if not len(reader.pages):
            raise _broken()
        runs = _runs(reader)
    except ValidationError:
        raise
    except (
        Exception
    ):  # a broken PDF breaks the reader in many ways, and none of them may break the page
        raise _broken() from None
    if runs:
        raise ValidationError(
            _("The PDF holds scripts or other files. Print it to a new PDF and upload that."),
            code="script",
        )
    return "pdf"


def _runs(reader):
    """Whether anything in the PDF runs, or carries another file: walks its objects, each once."""
    seen, waiting = {}, [reader.trailer]
    while waiting:
        one = waiting.pop()
        one = one.get_object() if hasattr(one, "get_object") else one
        if id(one) in seen:
            continue
        seen[id(one)] = one  # held, so that no other object gets its id
        if len(seen) > PDF_OBJECTS:
            raise ValueError("too many objects")
        if isinstance(one, DictionaryObject):
            if PDF_RUNS & set(one) or one.get("/S") in PDF_RUNS:
                return True
            waiting.extend(one.raw_get(key) for key in one if key != "/Parent")
        elif isinstance(one, list):
            waiting.extend(one)
    return False


def _office(content):
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            names = {part.filename.lower() for part in parts}
            if "mimetype" in names and b"hwp" in archive.open("mimetype").read(100):
                raise _hangul()
            check_unpacked(parts)
            if any(part.flag_bits & 1 for part in parts):
                raise ValidationError(
                    _("The file has a password. Save it without one."), code="password"
                )
            main = _main_part(archive)
            if any(_holds_more(archive, part) for part in parts):
                raise _more()
    except ValidationError:
        raise
    except (KeyError, ValueError):
        raise ValidationError(
            _("We take PDF, PNG, JPEG, DOCX and XLSX files. Choose one of these."), code="type"
        ) from None
    except Exception:  # as with PDF: what is damaged breaks the unpacking in many ways
        raise _broken() from None
    return main


def check_unpacked(parts):
    """ValidationError when the parts of a ZIP archive (`infolist()`) say that they unpack to too much."""
    packed = sum(part.compress_size for part in parts) or 1
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > ENTRIES or unpacked > UNPACKED or unpacked > max(RATIO * packed, 2**20):
        raise ValidationError(
            _("The file unpacks to far more than it seems. Save it anew."), code="bomb"
        )


def _more():
    return ValidationError(
        _("The file holds macros, other files or links to them. Save it without them, or as PDF."),
        code="macro",
    )


def _main_part(archive):
    """'docx' or 'xlsx', by what the file says of its main part; ValidationError for macro files and others."""
    types = {
        element.get("ContentType", "")
        for element in _xml(archive, archive.getinfo("[Content_Types].xml"))
    }
    if any(run in one.lower() for one in types for run in OFFICE_RUNS):
        raise _more()
    found = [kind for one, kind in MAIN_PARTS.items() if one in types]
    if len(found) != 1:
        raise ValueError("no main part")
    return found[0]


def _xml(archive, part):
    if part.file_size > 4 * 2**20:
        raise ValueError("too large")
    return ElementTree.fromstring(archive.read(part))


def _holds_more(archive, part):
    """Whether a part runs, is another file, or fetches one. It is read to its end: one of another size than it says is broken."""
    name = part.filename.lower()
    if any(folder in name for folder in OFFICE_NAMES) or (
        name.endswith(".bin") and "printersettings" not in name
    ):
        return True
    with archive.open(part) as content:
        start = content.read(2**20)
        while content.read(2**20):
            pass
    return start.startswith(PROGRAMS) or (
        name.endswith(".rels") and any(map(_fetches, _xml(archive, part)))
    )


def _fetches(relationship):
    """Whether it leads outside the file, other than as a link to press."""
    outside = relationship.get("TargetMode", "").lower() == "external"
    return outside and not relationship.get("Type", "").lower().endswith("/hyperlink")


def clean_name(name):
    """The name to show and to save under: without folders and what can't be seen or would break a header; at most 150 letters."""
    last = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    seen = "".join(
        one for one in last if unicodedata.category(one)[0] != "C" and one not in '"<>:|?*;'
    )
    stem, dot, suffix = seen.rpartition(".")
    return (
        f"{stem.strip(' .')[:140] or 'file'}{dot}{suffix.strip()[:9]}"
        if dot
        else seen.strip()[:150] or "file"
    )


class UploadField(forms.FileField):
    """A file of a kind that we take; the cleaned file knows its `content_type`."""

    widget = forms.FileInput(attrs={"accept": ACCEPT})
    default_error_messages = {"empty": gettext_lazy("The file is empty. Choose another one.")}

    def clean(self, data, initial=None):
        upload = super().clean(data, initial)
        if upload:
            upload.content_type = check(upload)
        return upload
