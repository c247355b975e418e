"""Tables as workbooks (XLSX), read row by row."""

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time, timedelta
from typing import BinaryIO

from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from core.judges import Refused, damage_refused
from core.judges.office import check_unpacked

STRICT = b"http://purl.oclc.org/ooxml/"
DIGITS = 15  # of a number that a spreadsheet keeps
_PADDED = re.compile(r"0[0\-]*")  # a format of digits only, such as 000-00-00000
_ESCAPED = re.compile("_x[0-9A-Fa-f]{4}_")


@contextmanager
def opened(file: BinaryIO) -> Iterator[list]:
    """Open a workbook; give its sheets that are seen, at least one. Raises Refused."""
    with damage_refused():
        _check_archive(file)
        file.seek(0)
        # The values that the program kept of formulas; links to other workbooks are not followed.
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        if not (sheets := sheets or book.worksheets):
            raise Refused("type")
        yield sheets


def _check_archive(file):
    with zipfile.ZipFile(file) as archive:
        check_unpacked(archive.infolist())
        names = {name.lower(): name for name in archive.namelist()}
        if not any(name.endswith("workbook.xml") for name in names):
            raise Refused("type")
        for name in (name for name in names if name.endswith("workbook.xml")):
            with archive.open(names[name]) as part:
                if STRICT in part.read(2**16):
                    raise Refused("strict")


def rows(sheet) -> Iterator[tuple[int, list]]:
    """Give (line, cells) of each row of a sheet."""
    # What the sheet says of its own size is often the last row and column there can be.
    sheet.reset_dimensions()
    for line, row in enumerate(sheet.iter_rows(), 1):
        cells = [_cell(cell) for cell in row]
        while cells and cells[-1] == "":
            cells.pop()
        if cells:
            yield line, cells


def _cell(cell):
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        if cell.data_type == "e":
            return ["error", value]
        return unescape(value) if _ESCAPED.search(value) else value
    if isinstance(value, bool):
        return ["flag", str(value).upper()]
    if isinstance(value, date | time | timedelta):
        return ["date", str(value)]
    return _number(value, cell.number_format)


def _number(value, number_format):
    """Return the digits that a spreadsheet keeps: 1.208147521E9 -> '1208147521'."""
    text = f"{value:.{DIGITS}g}"
    if "e" in text or abs(value) >= 10**DIGITS:
        return ["shortened", text]
    if _PADDED.fullmatch(number_format) and text.isdigit():
        return text.zfill(number_format.count("0"))
    return text
