"""Office files (DOCX, XLSX): ZIP archives, read to their end and searched for what runs."""

import io
import zipfile

from defusedxml import ElementTree
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.uploads.refusals import broken, hangul_file, other_kind

# More than these is a bomb: parts, bytes unpacked in all, times smaller when packed.
ENTRIES, UNPACKED, RATIO = 2_000, 200 * 2**20, 200
XML_BYTES = 4 * 2**20  # of a part that is parsed: lists of types and of relationships are short
FORMAT = "application/vnd.openxmlformats-officedocument."
MAIN_PARTS = {
    f"{FORMAT}wordprocessingml.document.main+xml": "docx",
    f"{FORMAT}spreadsheetml.sheet.main+xml": "xlsx",
}
# What runs or fetches, by words in a part's type or in its path; DDE is a link too.
RUNNING_TYPES = (
    "macroenabled",
    "vbaproject",
    "macrosheet",
    "activex",
    "oleobject",
    "externallink",
)
RUNNING_FOLDERS = ("activex", "embeddings/", "macrosheets/")
PROGRAMS = (b"MZ", b"\x7fELF", b"\xd0\xcf\x11\xe0")  # how programs and OLE objects begin


def check_office(content: bytes) -> str:
    """Return 'docx' or 'xlsx'; raise ValidationError for other archives and for what runs."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            names = {part.filename.lower() for part in parts}
            # HWPX is a ZIP archive too, and says so in a part of its own.
            if "mimetype" in names and b"hwp" in archive.open("mimetype").read(100):
                raise hangul_file()
            # Before any part is unpacked.
            check_unpacked(parts)
            # Bit 0: the part is encrypted.
            if any(part.flag_bits & 1 for part in parts):
                raise ValidationError(
                    _("The file has a password. Save it without one."), code="password"
                )
            kind = _main_part(archive)
            if any(_holds_more(archive, part) for part in parts):
                raise _more()
    except ValidationError:
        raise
    except (KeyError, ValueError):
        raise other_kind() from None
    # As with PDF: what is damaged breaks the unpacking in many ways.
    except Exception:
        raise broken() from None
    return kind


def check_unpacked(parts: list[zipfile.ZipInfo]) -> None:
    """Raise ValidationError when the parts of an archive say that they unpack to too much."""
    packed = sum(part.compress_size for part in parts) or 1
    unpacked = sum(part.file_size for part in parts)
    # Up to a megabyte the ratio says nothing: an empty sheet packs well.
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
    types = {
        element.get("ContentType", "")
        for element in _xml(archive, archive.getinfo("[Content_Types].xml"))
    }
    if any(running in name.lower() for name in types for running in RUNNING_TYPES):
        raise _more()
    found = [kind for name, kind in MAIN_PARTS.items() if name in types]
    if len(found) != 1:
        raise ValueError("no main part")
    return found[0]


def _xml(archive, part):
    if part.file_size > XML_BYTES:
        raise ValueError("too large")
    return ElementTree.fromstring(archive.read(part))


def _holds_more(archive, part):
    name = part.filename.lower()
    if any(folder in name for folder in RUNNING_FOLDERS):
        return True
    # Excel keeps the printer's settings as .bin; other such parts are macros or objects.
    if name.endswith(".bin") and "printersettings" not in name:
        return True
    # Read to its end: zipfile then raises for a part of another size or sum than it says.
    with archive.open(part) as content:
        start = content.read(2**20)
        while content.read(2**20):
            pass
    if start.startswith(PROGRAMS):
        return True
    return name.endswith(".rels") and any(map(_fetches, _xml(archive, part)))


def _fetches(relationship):
    # A link to press may lead outside; anything else there is fetched on opening.
    outside = relationship.get("TargetMode", "").lower() == "external"
    return outside and not relationship.get("Type", "").lower().endswith("/hyperlink")
