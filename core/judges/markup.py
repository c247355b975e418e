"""XML, read within limits: no document type, so no entities; elements and depth are counted."""

from defusedxml.ElementTree import DefusedXMLParser

from core.judges import Refused

ELEMENTS, DEPTH = 2_000_000, 200
PIECE = 2**16  # bytes fed at once


class Reader:
    """The receiver of a part's XML; a judge overrides the events it looks at. Names have no prefix."""

    def __init__(self):
        self._elements = self._depth = 0

    def start(self, tag: str, attributes: dict) -> None:
        self._elements += 1
        self._depth += 1
        if self._elements > ELEMENTS or self._depth > DEPTH:
            raise Refused("complex")
        self.begin(local(tag), {local(name): value for name, value in attributes.items()})

    def end(self, tag: str) -> None:
        self._depth -= 1
        self.finish(local(tag))

    def begin(self, name: str, attributes: dict) -> None:
        """Look at an element that begins."""

    def data(self, text: str) -> None:
        """Look at a piece of text."""

    def finish(self, name: str) -> None:
        """Look at an element that ends."""

    def close(self) -> None:
        """Have the last word."""


class Elements(Reader):
    """Keeps (name, attributes) of every element: for lists of types and of relationships."""

    def __init__(self):
        super().__init__()
        self.found = []

    def begin(self, name, attributes):
        self.found.append((name, attributes))


def read(content: bytes, reader: Reader) -> Reader:
    """Feed XML to a reader and return it; raise ValueError or SyntaxError for what is no XML."""
    parser = DefusedXMLParser(target=reader, forbid_dtd=True)
    for start in range(0, len(content), PIECE):
        parser.feed(content[start : start + PIECE])
    parser.close()
    return reader


def local(tag: str) -> str:
    """Return a name without its namespace."""
    return tag.rpartition("}")[2]
