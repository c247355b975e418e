"""Read and write tables: CSV in UTF-8 or as Korean Excel writes it, and XLSX."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable

import tablib
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from import_export import resources, results
from import_export.formats import base_formats

from core.uploads import check_unpacked

EVERY = 200  # rows between two reports of progress
# UTF-8 first: a text in CP949 is almost never valid UTF-8, the reverse often is valid CP949.
ENCODINGS = ("utf-8-sig", "cp949")
BOM = b"\xef\xbb\xbf"  # without it Korean Excel reads CSV as CP949

# How a cell begins that a spreadsheet calculates; some take the full-width signs as well.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
# Control characters, half surrogates and the two that XML forbids.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def plain(text: str) -> str:
    """Put a space for each character that XLSX or the database can't hold."""
    return _UNSEEN.sub(" ", text)


def safe(text: str) -> str:
    """Mark a text that a spreadsheet would take for a formula with an apostrophe.

    A phone number such as +82… gets the mark too.
    """
    text = plain(text)
    return f"'{text}" if text.startswith(_FORMULA) else text


def as_csv(rows: Iterable[Iterable]) -> bytes:
    """Write rows of cells as a CSV file that Excel reads in Korean, no cell a formula."""
    out = io.StringIO()
    # Every cell is quoted: a program that parts cells by “;” might find a formula behind it.
    table = csv.writer(out, quoting=csv.QUOTE_ALL)
    table.writerows([_cell(value) for value in row] for row in rows)
    return BOM + out.getvalue().encode()


def _cell(value):
    return "" if value is None else safe(str(value))


def decode(data: bytes) -> str:
    """Decode a file as UTF-8 or CP949; raise ValidationError for neither."""
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValidationError(
        _("The file is neither UTF-8 nor CP949. Save it as CSV UTF-8."), code="encoding"
    )


class CSV(base_formats.CSV):
    """CSV whose encoding is found, not assumed."""

    # Bytes in and out: the encoding is our matter.
    def is_binary(self):
        return True

    def get_read_mode(self):
        return "rb"

    def create_dataset(self, in_stream, **kwargs):
        return _not_empty(super().create_dataset(decode(in_stream), **kwargs))

    def export_data(self, dataset, **kwargs):
        return as_csv([dataset.headers, *dataset])


class XLSX(base_formats.XLSX):
    """A workbook that has rows and is no bomb."""

    def create_dataset(self, in_stream):
        # Before openpyxl unpacks it: a small file may hold gigabytes.
        with zipfile.ZipFile(io.BytesIO(in_stream)) as archive:
            check_unpacked(archive.infolist())
        return _not_empty(super().create_dataset(in_stream))

    def export_data(self, dataset, **kwargs):
        rows = [[_cell(value) for value in row] for row in dataset]
        table = tablib.Dataset(*rows, headers=dataset.headers, title=dataset.title)
        return super().export_data(table, **kwargs)


FORMATS = [CSV, XLSX]


def _not_empty(table):
    if not table:
        raise ValidationError(_("The file has no rows."), code="empty")
    return table


def words_of(error: Exception) -> str:
    """Say why a file can't be read, in our words: a library's tell an operator nothing."""
    if isinstance(error, ValidationError):
        return "; ".join(error.messages)
    return _("The file can’t be read as CSV or XLSX.")


class Result(results.Result):
    """The outcome of a table that was checked or imported."""

    @property
    def problems(self) -> list[dict]:
        # By line, as a spreadsheet counts: the first line has the columns' names, so a row's line
        # is its number plus 1. Line 0 is the table as a whole.
        whole = [{"line": 0, "words": words_of(error.error)} for error in self.base_errors]
        unreadable = [
            {
                "line": row.number + 1,
                "words": _("The line can’t be read: %(error)s") % {"error": str(error.error)[:300]},
            }
            for row in self.error_rows
            for error in row.errors
        ]
        invalid = [
            {"line": row.number + 1, "words": _problems_of(row)[:300]} for row in self.invalid_rows
        ]
        return whole + sorted(unreadable + invalid, key=lambda problem: problem["line"])


def _problems_of(row):
    named = [f"{field}: {' '.join(words)}" for field, words in row.field_specific_errors.items()]
    return "; ".join([*named, *row.non_field_specific_errors])


class CountedResource(resources.ModelResource):
    """A resource that reports its progress: `tell`, if set, gets the number of rows done."""

    tell = None
    count = 0

    @classmethod
    def get_result_class(cls):
        return Result

    def before_import(self, dataset, **kwargs):
        # Without these columns nothing tells its rows apart.
        if not set(self.get_import_id_fields()) <= set(dataset.headers):
            columns = ", ".join(self.get_import_id_fields())
            # Without rows the library reports this once, not once for each row.
            dataset.wipe()
            raise ValidationError(
                _("The first line must name the columns: %(columns)s."), params={"columns": columns}
            )

    def after_import_row(self, row, row_result, **kwargs):
        super().after_import_row(row, row_result, **kwargs)
        self.count += 1
        if self.tell and self.count % EVERY == 0:
            self.tell(self.count)
