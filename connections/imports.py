"""Reading a table of suppliers to invite: its rows, and what is wrong with them."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.validators import validate_email
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.names import validate_name
from core.tabular import CSV, XLSX, words_of

LARGEST = 10_000  # rows of a file; a batch keeps all of them in a JSON column
# The names of a column in the first line, in small letters.
COLUMNS = {
    "email": ("email", "e-mail", "이메일"),
    "company": ("company", "회사", "회사명"),
    "name": ("name", "이름", "담당자"),
    "language": ("language", "언어"),
    "message": ("message", "메시지"),
}
LONGEST = {"email": 254, "company": 160, "name": 160, "message": 1000}


class Problem(models.TextChoices):
    """The reason why a row can't be sent."""

    ADDRESS = "address", _("not an e-mail address")
    COMPANY = "company", _("the company is missing")
    LANGUAGE = "language", _("the language is neither ko nor en")
    LONG = "long", _("a text is too long")
    SIGNS = "signs", _("a text has characters that can’t be used")


def read(upload: File, *, language: str, message: str) -> list[dict]:
    """Read the rows of a CSV or XLSX file of suppliers to invite.

    A row is a dict of line, email, company, name, language, message and problem: `problem` is '' or
    a Problem. `language` and `message` stand in where a row has none. Raises ValidationError when
    the file is no such table.
    """
    table = _table(upload)
    columns = _columns(table.headers or [])
    if len(table) > LARGEST:
        raise ValidationError(
            _("The file has more than %(limit)s rows. Split it."), params={"limit": f"{LARGEST:,}"}
        )
    rows = []
    # Lines count from 2, as in the operator's program: the first line names the columns.
    for line, cells in enumerate(table, 2):
        row = {name: _text(cells[place]) for name, place in columns.items()}
        if any(row.values()):
            rows.append({"line": line} | _clean(row, language, message))
    if not rows:
        raise ValidationError(_("The file has no rows."))
    return rows


def _table(upload):
    kind = XLSX if upload.name.lower().endswith(".xlsx") else CSV
    try:
        return kind().create_dataset(upload.read())
    except ValidationError:
        raise
    except Exception as error:  # a broken file makes the libraries raise anything
        raise ValidationError(words_of(error)) from error


def _columns(headers):
    places = {str(header or "").strip().lower(): place for place, header in enumerate(headers)}
    found = {}
    for name, words in COLUMNS.items():
        known = [word for word in words if word in places]
        if known:
            found[name] = places[known[0]]
    if "email" not in found or "company" not in found:
        raise ValidationError(
            _(
                "The first line must name the columns: email, company, and maybe name, language, message."
            )
        )
    return found


def _text(cell):
    return "" if cell is None else str(cell).strip()


def _clean(row, language, message):
    row = {
        "email": row["email"].lower(),
        "company": row["company"],
        "name": row.get("name", ""),
        "language": row.get("language", "").lower() or language,
        "message": row.get("message", "") or message,
    }
    return row | {"problem": _problem(row)}


def _problem(row):
    try:
        validate_email(row["email"])
    except ValidationError:
        return Problem.ADDRESS
    if not row["company"]:
        return Problem.COMPANY
    if row["language"] not in dict(settings.LANGUAGES):
        return Problem.LANGUAGE
    if any(len(row[name]) > most for name, most in LONGEST.items()):
        return Problem.LONG
    try:
        validate_name(row["company"])
        validate_name(row["name"])
        return Problem.SIGNS if "\x00" in row["message"] else ""
    except ValidationError:
        return Problem.SIGNS
