"""The one reader of tables that come in: CSV, text with tabs or semicolons, and XLSX.

Imports in admin, long ones by the worker, commands and batches of invitations all read by it. Bytes
are parsed at the gate (core.judges.tables); here cells get their columns and their meaning.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import gate
from core.judges import Refused
from core.judges.tables.heads import plain_head
from core.tabular import unmarked
from core.uploads import in_words

ENCODINGS = {
    "utf-8": "UTF-8",
    "cp949": gettext_lazy("Korean (CP949)"),
    "cp1252": gettext_lazy("Western European (Windows-1252)"),
    "cp1250": gettext_lazy("Central European (Windows-1250)"),
    "cp1254": gettext_lazy("Turkish (Windows-1254)"),
    "cp1251": gettext_lazy("Cyrillic (Windows-1251)"),
    "cp1253": gettext_lazy("Greek (Windows-1253)"),
    "cp874": gettext_lazy("Thai (Windows-874)"),
    "cp932": gettext_lazy("Japanese (Shift JIS)"),
    "gb18030": gettext_lazy("Simplified Chinese (GB 18030)"),
    "cp950": gettext_lazy("Traditional Chinese (Big5)"),
}
# Of a refused table; other codes read as those of uploads.
WORDS = {
    "type": gettext_lazy("The file can’t be read as CSV or XLSX."),
    "broken": gettext_lazy("The file is damaged. Save it anew as CSV or XLSX."),
    "old": gettext_lazy(
        "This is an old Office file, or one with a password."
        " Save it as CSV or XLSX without a password."
    ),
    "strict": gettext_lazy(
        "This is a “Strict Open XML” workbook. Save it as “Excel Workbook (.xlsx)” or as CSV."
    ),
    "complex": gettext_lazy("The table is too complex to be read. Save it as CSV, or split it."),
    "encoding": gettext_lazy("The text can’t be read in any encoding. Save it as CSV UTF-8."),
    "quote": gettext_lazy('A quote (") opens a cell and never closes it. Save the table anew.'),
}
FOR_NOW = {"yours", "busy", "later"}
# What a spreadsheet made of what was typed, by the kinds of core.judges.tables.
MADE = {
    "date": gettext_lazy("The spreadsheet made a date of this: format the cell as text."),
    "flag": gettext_lazy("The spreadsheet made TRUE or FALSE of this: format the cell as text."),
    "shortened": gettext_lazy(
        "The spreadsheet has shortened this number: format the cell as text and type it again."
    ),
    "error": gettext_lazy("The cell holds an error of the spreadsheet."),
}
SHOWN = 20  # problems beside a field
YES = {"1", "true", "yes", "y", "o", "예", "네"}
NO = {"0", "false", "no", "n", "x", "아니요", "아니오"}

_SCIENTIFIC = re.compile(r"(\d)[.,](\d+)E\+?(\d{1,2})", re.IGNORECASE)


class TableRefused(ValidationError):
    """A table can't be taken: `problems` says why, as [{line, words}], line 0 for the whole.

    `is_for_now` when the same table may be taken in a moment.
    """

    def __init__(self, problems: list[dict], *, is_for_now: bool = False):
        self.problems, self.is_for_now = problems, is_for_now
        super().__init__([in_a_line(problem) for problem in problems[:SHOWN]])


class SeveralReadings(TableRefused):
    """A text reads differently in several encodings: `readings` has samples {encoding: [line]}."""

    def __init__(self, readings: dict[str, list[str]]):
        self.readings = readings
        words = _("The text can be read in more than one way. Choose the one in which it is right.")
        super().__init__([{"line": 0, "words": words}])


def in_a_line(problem: dict) -> str:
    """Put a problem {line, words} into words: 'Line 3: …'."""
    if not problem["line"]:
        return problem["words"]
    return f"{_('Line %(line)s') % {'line': problem['line']}}: {problem['words']}"


@dataclass(frozen=True)
class Column:
    """A column that a table may have: `words` are its other names in the first line.

    Its cells are text, `has_lines` when line breaks stay in it, `is_number` when digits that a
    spreadsheet wrote as 1.2E+09 have to be whole; or with `is_flag` '1', '0' or ''.
    """

    name: str
    words: Sequence[str] = ()
    is_required: bool = False
    is_flag: bool = False
    is_number: bool = False
    has_lines: bool = False

    def clean(self, cell: str | list) -> str:
        """Return what a cell of core.judges says; raise ValidationError for what was changed."""
        if isinstance(cell, list):
            kind, text = cell
            if not (kind == "flag" and self.is_flag):
                raise ValidationError(MADE[kind])
            cell = text
        text = tidy(cell, has_lines=self.has_lines)
        if self.is_flag:
            return _flag(text)
        text = tidy(unmarked(text), has_lines=self.has_lines)
        return _whole(text) if self.is_number else text


def _whole(text):
    """Return the digits of a number that was saved as 1.208147521E+09, if all are there."""
    if not (found := _SCIENTIFIC.fullmatch(text)):
        return text
    first, more, zeros = found.groups()
    if len(more) != int(zeros):
        raise ValidationError(MADE["shortened"])
    return first + more


def _flag(text):
    if text and text.lower() not in YES | NO:
        raise ValidationError(_("Write 1 for yes or 0 for no."))
    return text and ("1" if text.lower() in YES else "0")


def tidy(text: str, *, has_lines: bool = False) -> str:
    """Return a text without blanks and invisible characters at its ends, runs of blanks as one."""
    if has_lines:
        lines = (tidy(line) for line in text.splitlines())
        return "\n".join(lines).strip("\n")
    start, end = 0, len(text)
    while start < end and _is_dirt(text[start]):
        start += 1
    while end > start and _is_dirt(text[end - 1]):
        end -= 1
    return " ".join(text[start:end].split())


def _is_dirt(letter):
    return letter.isspace() or unicodedata.category(letter) == "Cf"


@dataclass
class Table:
    """The rows of a table, [(line, {column: text})], with the columns that it has."""

    columns: list[str]
    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)


def find_readings(file: BinaryIO, *, person: str) -> None:
    """Raise SeveralReadings for a text of which read() would have to guess the encoding."""
    if readings := _at_the_gate("find_readings", file, person):
        raise SeveralReadings(readings)


def read(file: BinaryIO, columns: Sequence[Column], *, person: str, encoding: str = "") -> Table:
    """Read a table that `person` brings; without an encoding it is found.

    Raises SeveralReadings when that would be a guess, and TableRefused for what is no table of these
    columns, with every line that can't be read as it was typed. Call it outside of a transaction.
    """
    found = _at_the_gate(
        "read_table",
        file,
        person,
        encoding=encoding,
        heads=sorted({word for column in columns for word in _words(column)}),
        most=settings.PORTAL_TABLE_CELLS,
    )
    if readings := found.get("readings"):
        raise SeveralReadings(readings)
    places = _columns(found, columns)
    _head, *rows = found["rows"][found["head"] :]
    table, problems = Table([column.name for column in places.values()]), []
    for line, cells in rows:
        row, words = _row(cells, places, is_text=found["is_text"])
        table.rows.append((line, row))
        problems += [{"line": line, "words": said} for said in words]
    if problems:
        raise TableRefused(problems)
    if not table.rows:
        raise _refused(_("The file has no rows."))
    return table


def _at_the_gate(judge, file, person, **arguments):
    try:
        return gate.run(f"core.judges.tables.{judge}", file, person=person, **arguments)
    except Refused as refused:
        if refused.code == "cells":
            limit = f"{settings.PORTAL_TABLE_CELLS:,}"
            words = _("The table has more than %(limit)s cells. Split it.") % {"limit": limit}
        else:
            words = WORDS.get(refused.code) or in_words(refused).messages[0]
        raise _refused(words, is_for_now=refused.code in FOR_NOW) from None


def _refused(words, *, is_for_now=False):
    return TableRefused([{"line": 0, "words": str(words)}], is_for_now=is_for_now)


def _words(column):
    return {plain_head(word) for word in (column.name, *column.words)}


def _columns(found, columns):
    """Return the columns by their places in the row that names them."""
    if not found["rows"]:
        raise _refused(_("The file has no rows."))
    if found["head"] is None:
        raise _refused(_no_head(found, columns))
    line, cells = found["rows"][found["head"]]
    if found["head"]:
        words = _("The names of the columns stand in line %(line)s. Remove the lines above it.")
        raise _refused(words % {"line": line})
    by_word = {word: column for column in columns for word in _words(column)}
    typed = {place: _as_text(cell) for place, cell in enumerate(cells)}
    typed = {place: text for place, text in typed.items() if text}
    places = {place: by_word.get(plain_head(text)) for place, text in typed.items()}
    problems = [
        *_unknown(typed, places, columns),
        *_twice(typed, places),
        *_missing(places, columns),
    ]
    if problems:
        raise TableRefused([{"line": 0, "words": words} for words in problems])
    return places


def _as_text(cell):
    return tidy(cell if isinstance(cell, str) else cell[1])


def _no_head(found, columns):
    if found["elsewhere"]:
        words = _("The first sheet has no such table. Move the sheet “%(sheet)s” to the front.")
        return words % {"sheet": found["elsewhere"][0]}
    return _needed(columns)


def _needed(columns):
    words = _("The first line must name the columns: %(columns)s.")
    return words % {"columns": ", ".join(column.name for column in columns if column.is_required)}


def _unknown(typed, places, columns):
    unknown = [typed[place] for place, column in places.items() if column is None]
    if unknown:
        names, known = ", ".join(unknown), ", ".join(column.name for column in columns)
        words = _("Unknown columns: %(names)s. There can be: %(columns)s.")
        yield words % {"names": names, "columns": known}


def _twice(typed, places):
    found = [column for column in places.values() if column]
    twice = [typed[place] for place, column in places.items() if column and found.count(column) > 1]
    if twice:
        yield _("Columns that mean the same: %(names)s.") % {"names": ", ".join(twice)}


def _missing(places, columns):
    if any(column.is_required and column not in places.values() for column in columns):
        yield _needed(columns)


def _row(cells, places, *, is_text):
    """Return the texts of a row by column, and what is wrong with its cells."""
    row, words = {}, []
    for place, column in places.items():
        try:
            row[column.name] = column.clean(cells[place]) if place < len(cells) else ""
        except ValidationError as error:
            row[column.name] = ""
            words.append(f"{column.name}: {error.messages[0]}")
    # A spreadsheet leaves out the blank cells at a row's end, a text never should.
    if is_text and (short := [places[place].name for place in places if place >= len(cells)]):
        words.append(_("Cells are missing: %(columns)s.") % {"columns": ", ".join(short)})
    beside = [_as_text(cell) for place, cell in enumerate(cells) if place not in places]
    if beside := [text for text in beside if text]:
        said = _("These cells stand in no column: %(cells)s.")
        words.append(said % {"cells": ", ".join(beside)[:100]})
    return row, words
