"""Reading a table of suppliers to invite: its rows, and what is wrong with them."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.validators import validate_email
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.names import validate_name
from core import tables
from core.addresses import tidy_address
from core.languages import language_code
from core.tables import Column

LARGEST = 10_000  # rows of a file; all of them stand in one JSON column
COLUMNS = [
    Column(
        "email",
        ("mail", "e-mail address", "이메일", "이메일 주소", "메일"),
        is_required=True,
    ),
    Column("company", ("company name", "회사", "회사명", "상호", "업체명"), is_required=True),
    Column("name", ("contact", "contact name", "이름", "담당자", "담당자명")),
    Column("language", ("언어",)),
    Column("message", ("메시지",), has_lines=True),
]
LONGEST = {"email": 254, "company": 160, "name": 160, "message": 1000}


class Problem(models.TextChoices):
    """The reason why a row can't be sent."""

    ADDRESS = "address", _("not an e-mail address")
    ADDRESSES = "addresses", _("more than one e-mail address: a line for each")
    COMPANY = "company", _("the company is missing")
    LANGUAGE = "language", _("the language is neither ko nor en")
    LONG = "long", _("a text is too long")
    SIGNS = "signs", _("a text has characters that can’t be used")


def read(
    upload: File, *, language: str, message: str, person: str, encoding: str = ""
) -> list[dict]:
    """Read the rows of a table that `person` brings.

    Each is a dict of line, email, company, name, language, message and problem: `problem` is '' or
    a Problem; `language` and `message` stand in where a row has none. Raises TableRefused when the
    file is no such table, or SeveralReadings. Call it outside of a transaction.
    """
    return rows_of(read_table(upload, person, encoding), language=language, message=message)


def read_table(upload: File, person: str, encoding: str = "") -> tables.Table:
    """Read a table as read() does, its cells as they are."""
    return tables.read(upload, COLUMNS, person=person, encoding=encoding)


def rows_of(table: tables.Table, *, language: str, message: str) -> list[dict]:
    """Make of a table the rows that read() returns."""
    if len(table.rows) > LARGEST:
        raise ValidationError(
            _("The file has more than %(limit)s rows. Split it."), params={"limit": f"{LARGEST:,}"}
        )
    return [{"line": line} | _clean(row, language, message) for line, row in table.rows]


def _clean(row, language, message):
    row = {
        "email": tidy_address(row["email"]),
        "company": row["company"],
        "name": row.get("name", ""),
        "language": language_code(row.get("language", "")).lower() or language,
        "message": row.get("message", "") or message,
    }
    return row | {"problem": _problem(row)}


def _problem(row):
    if row["email"].count("@") > 1:
        return Problem.ADDRESSES
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
