"""The row that names the columns of a table."""

import re
import unicodedata

LOOK = 20  # rows at the top among which the names of the columns are looked for
_BETWEEN = re.compile(r"[\s_\-.*:·]+")


def plain_head(text: str) -> str:
    """Return a column's name as it is compared: ' E-Mail ' and 'email' are the same."""
    text = unicodedata.normalize("NFKC", text).casefold()
    seen = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
    return _BETWEEN.sub("", seen)


def known_heads(cells: list, heads: list[str]) -> int:
    """Count the cells of a row that are names of columns."""
    return sum(isinstance(cell, str) and plain_head(cell) in heads for cell in cells)
