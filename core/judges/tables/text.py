"""Tables as text: CSV, and what spreadsheets save with tabs or semicolons."""

import csv
import io
from collections.abc import Iterator
from itertools import islice

from core.judges import Refused
from core.judges.tables.heads import LOOK, known_heads

SEPARATORS = ",;\t|"
# The library's own limit would end a table with an error; the file is bounded already.
csv.field_size_limit(2**31 - 1)


def rows(text: str, heads: list[str]) -> list[tuple[int, list[str]]]:
    """Return (line, cells) of each row, counted as a spreadsheet counts; raise Refused.

    The separator is the one by which most columns have a name of `heads`.
    """
    first, _, rest = text.partition("\n")
    first = first.strip().strip('"')
    told = first.lower().startswith("sep=") and len(first) == len("sep=;")
    # Excel is told by such a line how cells are parted. It is no row, but the program counts it.
    start, text = (2, rest) if told else (1, text)
    separator = first[-1] if told else _separator(text, heads)
    return list(enumerate(_read(text, separator), start))


def _separator(text, heads):
    def fits(separator):
        top = list(islice(_parse(text, separator), LOOK))
        named = max((known_heads(cells, heads) for cells in top), default=0)
        return named, max((len(cells) for cells in top), default=0)

    return max(SEPARATORS, key=fits)


def _read(text, separator):
    try:
        return list(_parse(text, separator, strict=True))
    except csv.Error as error:
        # A quote that opens a cell and never closes it swallows all rows below it.
        if "end of data" in str(error):
            raise Refused("quote") from None
    return list(_parse(text, separator))


def _parse(text, separator, *, strict=False) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=strict)
