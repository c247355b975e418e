"""PDF files: opened, and searched for anything that runs or carries another file."""

import io

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from core.uploads.refusals import broken

OBJECTS = 50_000  # walking more would hold up the request
# Keys, and kinds of action (/S), of what runs, sends, leads to other files or holds them.
RUNS = {
    "/JavaScript", "/JS", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/GoToR",
    "/EmbeddedFile", "/EmbeddedFiles", "/EF", "/RichMedia", "/XFA",
}  # fmt: skip


def check_pdf(content: bytes) -> None:
    """Raise ValidationError for a PDF that is broken, locked, or holds scripts or files."""
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted:
            raise ValidationError(
                _("The PDF has a password. Save it without one."), code="password"
            )
        if not len(reader.pages):
            raise broken()
        runs = _runs(reader)
    except ValidationError:
        raise
    # A broken PDF breaks the reader in many ways, and none of them may break the page.
    except Exception:
        raise broken() from None
    if runs:
        raise ValidationError(
            _("The PDF holds scripts or other files. Print it to a new PDF and upload that."),
            code="script",
        )


def _runs(reader):
    # All objects, not only pages: an action hides behind a bookmark as well as behind a field.
    seen, waiting = {}, [reader.trailer]
    while waiting:
        item = waiting.pop()
        item = item.get_object() if hasattr(item, "get_object") else item
        if id(item) in seen:
            continue
        seen[id(item)] = item  # held, so that no other object gets its id
        if len(seen) > OBJECTS:
            raise ValueError("too many objects")
        if isinstance(item, DictionaryObject):
            if RUNS & set(item) or item.get("/S") in RUNS:
                return True
            waiting.extend(item.raw_get(key) for key in item if key != "/Parent")
        elif isinstance(item, list):
            waiting.extend(item)
    return False
