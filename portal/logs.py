"""Keeps secrets out of the log."""

import logging
import re

_SLASH = r"(?:/|%2F)"  # as it stands in a path, and in the query of a page that leads back to one
_LINK = re.compile(rf"({_SLASH}(?:[rnitv]|reset{_SLASH}key){_SLASH})[^/\s?&\"']+?(?=%2F|[/\s?&\"']|$)", re.IGNORECASE)


def cut(text):
    """The text without the tokens of signed links."""
    return _LINK.sub(r"\1…", text)


class CutTokens(logging.Filter):
    """Cuts the token of a signed link (`/r/<token>/`, `?next=%2Fr%2F<token>%2F`) out of every message."""

    def filter(self, record):
        record.msg = cut(record.getMessage())
        record.args = ()
        return True
