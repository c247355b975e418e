"""Keeps secrets out of the log."""

import logging
import re

LINK_PATHS = ("/r/", "/n/", "/i/", "/t/", "/v/")  # what follows is the key to something

# A slash as it stands in a path, and in the query of a page that leads back to it (?next=).
_SLASH = r"(?:/|%2F)"
_KEYS = "|".join([*(path.strip("/") for path in LINK_PATHS), f"reset{_SLASH}key"])
_LINK = re.compile(
    rf"({_SLASH}(?:{_KEYS}){_SLASH})[^/\s?&\"']+?(?=%2F|[/\s?&\"']|$)", re.IGNORECASE
)


def cut(text: str) -> str:
    return _LINK.sub(r"\1…", text)


class CutTokens(logging.Filter):
    """Cuts the token of a signed link out of every message.

    It stands in a path, `/r/<token>/`, or in a query, `?next=%2Fr%2F<token>%2F`.
    """

    def filter(self, record):
        # The token may be in the message or in its arguments: put together, then cut.
        record.msg = cut(record.getMessage())
        record.args = ()
        return True
