"""Words for foreign bytes that a judge or the gate refused."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.judges import Refused
from core.uploads.names import clean_part

WORDS = {
    "empty": _("The file is empty. Choose another one."),
    # The gate itself.
    "yours": _("Another file of yours is being checked. Try again in a moment."),
    "busy": _("Many files are being checked just now. Try again in a moment."),
    "later": _("Files can’t be checked just now. Try again later."),
    "complex": _("The file is too complex to be checked. Print it to a new PDF and upload that."),
    "infected": _("The virus scanner found %(part)s in the file. Choose another one."),
    # All kinds.
    "broken": _("The file can’t be opened. Save it anew and try again."),
    "password": _("The file has a password. Save it without one."),
    "type": _("We take PDF, PNG, JPEG, DOCX and XLSX files. Choose one of these."),
    "hwp": _("HWP files can’t be read everywhere. Save it as PDF in Hangul and upload that."),
    "old": _(
        "This is an old Office file, or one with a password."
        " Save it as DOCX, XLSX or PDF without a password."
    ),
    "bomb": _("The file unpacks to far more than it seems. Save it anew."),
    "pixels": _("The picture has too many pixels. Save it with a lower resolution."),
    # Office.
    "macro": _("The file holds a macro (%(part)s). Save it without macros, or as PDF."),
    "embedded": _("The file holds another file or a control (%(part)s). Save it as PDF."),
    "link": _("The file fetches something from elsewhere (%(part)s). Save it as PDF."),
    "field": _("A field of the file starts or fetches something (%(part)s). Save it as PDF."),
    "formula": _("A formula of the file starts or fetches something (%(part)s). Save it as PDF."),
    "part": _("The file holds something that we do not take (%(part)s). Save it as PDF."),
    # PDF.
    "script": _(
        "The PDF holds a script (%(part)s), as many forms do."
        " Print it to a new PDF and upload that."
    ),
    "form": _(
        "The PDF is a form that not every program shows (%(part)s)."
        " Print it to a new PDF and upload that."
    ),
    "action": _(
        "The PDF starts, fetches or sends something (%(part)s)."
        " Print it to a new PDF and upload that."
    ),
    "attachment": _(
        "Another file is attached to the PDF (%(part)s). Print the PDF to a new one and upload"
        " that; what is attached, by itself."
    ),
}


def in_words(refused: Refused) -> ValidationError:
    """Return the error that says beside a field why a file was refused, naming what was found."""
    words = WORDS[refused.code] % {"part": clean_part(refused.part)}
    return ValidationError(words, code=refused.code)
