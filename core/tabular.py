"""Write tables that every spreadsheet opens: CSV and XLSX, no cell a formula."""

import csv
import io
import re
from collections.abc import Iterable

import tablib
from import_export.formats import base_formats

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

    A phone number such as +82… gets the mark too. So does what looks marked already, so that
    unmarked() gives back the same text.
    """
    text = plain(text)
    return f"'{text}" if text.lstrip("'").startswith(_FORMULA) else text


def unmarked(text: str) -> str:
    """Take the mark of safe() off a text that comes in."""
    is_marked = text.startswith("'") and text.lstrip("'").startswith(_FORMULA)
    return text[1:] if is_marked else text


def as_csv(rows: Iterable[Iterable]) -> bytes:
    """Write rows of cells as a CSV file that Excel reads in Korean, no cell a formula."""
    out = io.StringIO()
    # Every cell is quoted: a program that parts cells by “;” might find a formula behind it.
    table = csv.writer(out, quoting=csv.QUOTE_ALL)
    table.writerows([_cell(value) for value in row] for row in rows)
    return BOM + out.getvalue().encode()


def _cell(value):
    return "" if value is None else safe(str(value))


class CSV(base_formats.CSV):
    """CSV that goes out; what comes in, core.tables reads."""

    # Bytes: the encoding is our matter.
    def is_binary(self):
        return True

    def can_import(self):
        return False

    def export_data(self, dataset, **kwargs):
        return as_csv([dataset.headers, *dataset])


class XLSX(base_formats.XLSX):
    """A workbook that goes out; what comes in, core.tables reads."""

    def can_import(self):
        return False

    def export_data(self, dataset, **kwargs):
        rows = [[_cell(value) for value in row] for row in dataset]
        table = tablib.Dataset(*rows, headers=dataset.headers, title=dataset.title)
        return super().export_data(table, **kwargs)


FORMATS = [CSV, XLSX]
