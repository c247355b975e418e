"""Keeps secrets out of the log."""

import logging
import re

LINK_PATHS = ("/r/", "/n/", "/i/", "/t/", "/v/")  # what follows is the key to something

_SLASH = r"(?:/|%2F)"  # as it stands in a path, and in the query of a page that leads back to one
_KEYS = "|".join([*(path.strip("/") for path in LINK_PATHS), f"reset{_SLASH}key"])
_LINK = re.compile(
    rf"({_SLASH}(?:{_KEYS}){_SLASH})[^/\s?&\"']+?(?=%2F|[/\s?&\"']|$)", re.IGNORECASE
)


def cut(text):
    """The text without the tokens of signed links."""
    return _LINK.sub(r"\1…", text)


class CutTokens(logging.Filter):
    """Cuts the token of a signed link (`/r/<token>/`, `?next=%2Fr%2F<token>%2F`) out of every message."""

    def filter(self, record):
        record.msg = cut(record.getMessage())
        record.args = ()
        return True
