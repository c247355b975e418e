"""Refusals that more than one kind of file gives."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def broken() -> ValidationError:
    return ValidationError(
        _("The file can’t be opened. Save it anew and try again."), code="broken"
    )


def other_kind() -> ValidationError:
    return ValidationError(
        _("We take PDF, PNG, JPEG, DOCX and XLSX files. Choose one of these."), code="type"
    )


def hangul_file() -> ValidationError:
    return ValidationError(
        _("HWP files can’t be read everywhere. Save it as PDF in Hangul and upload that."),
        code="hwp",
    )
