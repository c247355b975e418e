"""Tables: text parted by commas, semicolons or tabs, and workbooks (XLSX), as rows of cells.

A cell is its text, or [kind, text] where a spreadsheet made something else of it: a 'date', a
'flag' (TRUE, FALSE), a number that it has 'shortened', or an 'error'.
"""

import importlib
from itertools import islice
from typing import BinaryIO

from core.judges import Refused
from core.judges.tables import encodings, text
from core.judges.tables.heads import LOOK, known_heads

WORKBOOK = b"PK\x03\x04"
OLD = b"\xd0\xcf\x11\xe0"  # what Excel wrote until 2003, and what it wraps a password in
# Begin no table, though they may read as text: PDF, web pages and XML that is named .xls or .csv.
OTHERS = (b"%PDF", b"<")


def prepare(file: BinaryIO) -> None:
    """Load what reads workbooks, which takes longest, for workbooks only."""
    if file.read(4) == WORKBOOK:
        importlib.import_module("core.judges.tables.workbook")


def find_readings(file: BinaryIO) -> dict[str, list[str]]:
    """Return samples {encoding: [line]} of a text that can be read in several ways, {} otherwise.

    Raises Refused for what is no table.
    """
    content = _content(file)
    return {} if content.startswith(WORKBOOK) else _samples(content, encodings.possible(content))


def read_table(file: BinaryIO, *, encoding: str, heads: list[str], most: int) -> dict:
    """Return the rows of a table that are not blank.

    `heads` are the words of `heads.plain_head` that columns may have, `most` is how many cells
    (rows × columns) there may be, and `encoding` that of a text, '' to find it. The result has
    `rows` [[line, [cell, …]], …], `head` (the place of the row that names the columns, None without
    one), `is_text` and `elsewhere` (sheets that name the columns when the first one does not); or
    only `readings`, as find_readings gives them. Raises Refused.
    """
    content = _content(file)
    is_text = not content.startswith(WORKBOOK)
    elsewhere = []
    if is_text:
        found = [encoding] if encoding else encodings.possible(content)
        if readings := _samples(content, found):
            return {"readings": readings}
        rows = _limited(text.rows(encodings.decode(content, found[0]), heads), most)
    else:
        # Loaded by prepare() if it is needed.
        from core.judges.tables import workbook  # noqa: PLC0415

        with workbook.opened(file) as sheets:
            rows = _limited(workbook.rows(sheets[0]), most)
            if _head(rows, heads) is None:
                elsewhere = [
                    sheet.title
                    for sheet in sheets[1:]
                    if _head(list(islice(workbook.rows(sheet), LOOK)), heads) is not None
                ]
    return {
        "rows": rows,
        "head": _head(rows, heads),
        "is_text": is_text,
        "elsewhere": elsewhere,
    }


def _content(file):
    file.seek(0)
    content = file.read()
    if content.startswith(OLD):
        raise Refused("old")
    if content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(OTHERS):
        raise Refused("type")
    return content


def _samples(content, found):
    if not found:
        raise Refused("encoding")
    return encodings.samples(content, found) if len(found) > 1 else {}


def _limited(rows, most):
    """List the rows that are not blank."""
    kept, cells = [], 0
    for line, row in rows:
        cells += max((place for place, cell in enumerate(row, 1) if not _is_blank(cell)), default=0)
        # Before the table is whole: it may be larger than the memory.
        if cells > most:
            raise Refused("cells")
        if not all(map(_is_blank, row)):
            kept.append([line, row])
    return kept


def _is_blank(cell):
    return isinstance(cell, str) and not cell.strip()


def _head(rows, heads):
    """Return the place of the row near the top that names most columns, None without one."""
    named = [known_heads(row, heads) for _line, row in rows[:LOOK]]
    return named.index(max(named)) if any(named) else None
