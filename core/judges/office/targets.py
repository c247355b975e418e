"""Targets of relationships: a part of the archive, the reader's own machine, or elsewhere."""

import posixpath
import re
from urllib.parse import unquote


def is_elsewhere(target: str) -> bool:
    """Say whether a path or address leads to another machine, or to what no path should name.

    The reader's own folders and drives do not: nobody else learns that they were looked for.
    """
    path = unquote(target).strip().replace("\\", "/").lower()
    if path.startswith("file:"):
        path = path.removeprefix("file:").removeprefix("//localhost")
        # file:///C:/x and file:/C:/x name a drive, file://server/x another machine.
        own = re.match(r"/{1,3}[a-z]:(/|$)|/(?!/)|///(?!/)", path)
        return not own
    # One letter is a drive, more are a scheme.
    return path.startswith("//") or bool(re.match(r"[a-z][a-z0-9+.-]+:", path))


def is_relative(target: str) -> bool:
    """Say whether a path begins somewhere else: a property of the file may say where."""
    return not re.match(r"file:|[a-z]:", unquote(target).strip(), re.IGNORECASE)


def part_of(source: str, target: str) -> str:
    """Return the name of the part that a relationship of the part `source` leads to."""
    path = unquote(target).replace("\\", "/").partition("#")[0].partition("?")[0]
    folder = "" if path.startswith("/") else posixpath.dirname(source)
    return posixpath.normpath(posixpath.join("/", folder, path.lstrip("/"))).strip("/").lower()
