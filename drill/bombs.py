"""Files that cost their reader far more than they weigh. A new one is a function here."""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from openpyxl import Workbook

MB = 2**20
FORMAT = "application/vnd.openxmlformats-officedocument."
TYPES = """<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>
<Override PartName="/main.xml" ContentType="{main}.main+xml"/></Types>"""
DOCX, XLSX = f"{FORMAT}wordprocessingml.document", f"{FORMAT}spreadsheetml.sheet"
PAGE = {
    1: b"<</Type/Catalog/Pages 2 0 R>>",
    2: b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
    3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
}
SIDE = 10_000  # of a picture whose pixels take as much memory as is just allowed
# Bytes of a part that denies them: an odd number, which stands nowhere in the archive by chance.
DENIED = 600_000_007


@dataclass(frozen=True)
class Paper:
    """A file as a person uploads it."""

    name: str
    content: bytes


def sound_pdf(size: int = 10 * MB) -> Paper:
    """Make a page with noise beside it, which is no bomb; by default as large as an upload may be."""
    content, offsets = _objects({**PAGE, 4: _stream(b"", _noise(size - 1000))})
    lines = b"".join(b"%010d 00000 n \n" % offset for offset in offsets.values())
    index = b"xref\n0 5\n0000000000 65535 f \n" + lines + b"trailer<</Size 5/Root 1 0 R>>"
    return Paper("sound.pdf", content + index + _end(content))


def dangling_pdf(objects: int = 100_000, padding: int = 2 * MB) -> Paper:
    """Make a PDF whose index names none of its objects, each of which names one that is missing."""
    bodies = {number: b"<</Type/X/R %d 0 R>>" % (objects + number) for number in range(4, objects)}
    content, _offsets = _objects(bodies | PAGE)
    content += b"A" * padding
    index = b"\nxref\n0 1\n0000000000 65535 f \ntrailer<</Size 10/Root 1 0 R>>"
    return Paper("dangling.pdf", content + index + _end(content + b"\n"))


def expanding_pdf(size: int = 600 * MB) -> Paper:
    """Make a PDF with an object in a stream that was packed twice and unpacks to `size`."""
    inside = _packed([b"5 0 <</Type/X>>", *_pieces(size - 15)])
    about = b"/Type/ObjStm/N 1/First 4/Filter[/FlateDecode/FlateDecode]"
    content, offsets = _objects({**PAGE, 4: _stream(about, zlib.compress(inside))})
    # In the index: 1 is an object at a place, 2 the first one in the stream 4.
    places = [(0, 0), *((1, offset) for offset in offsets.values()), (2, 4), (1, len(content))]
    rows = b"".join(struct.pack(">BLB", *place, 0) for place in places)
    about = b"/Type/XRef/Size 7/W[1 4 1]/Root 1 0 R"
    return Paper(
        "expanding.pdf", content + b"6 0 obj\n%b\nendobj\n" % _stream(about, rows) + _end(content)
    )


def huge_png(side: int = SIDE) -> Paper:
    """Make a picture of one colour."""
    chunks = {
        b"IHDR": struct.pack(">LLBBBBB", side, side, 8, 2, 0, 0, 0),
        b"IDAT": _packed(bytes(1 + 3 * side) for _row in range(side)),
        b"IEND": b"",
    }
    content = b"".join(
        struct.pack(">L", len(body)) + kind + body + struct.pack(">L", zlib.crc32(kind + body))
        for kind, body in chunks.items()
    )
    return Paper("huge.png", b"\x89PNG\r\n\x1a\n" + content)


def relations_xlsx(lists: int = 48, elements: int = 1_000_000) -> Paper:
    """Make a workbook of many lists of relationships, each as long as such a list may be."""
    relations = b"<a>%b</a>" % (b"<b/>" * elements)
    parts = {f"_rels/{number}.rels": [relations] for number in range(lists)}
    return Paper("relations.xlsx", _office(XLSX, parts))


def lying_docx(size: int = DENIED) -> Paper:
    """Make a document with a part that says that it is 1 kB, and unpacks to `size`."""
    content = _office(DOCX, {"word/a.xml": _pieces(size)})
    told = content.replace(struct.pack("<L", size), struct.pack("<L", 1024))
    return Paper("lying.docx", told)


def deep_docx(depth: int = 1_000_000) -> Paper:
    """Make a document with a part of elements inside of elements."""
    # With a field, for parts without one are not parsed.
    part = [b"<a>" * depth, b"<instrText/>", b"</a>" * depth]
    return Paper("deep.docx", _office(DOCX, {"word/a.xml": part}))


def last_cell_xlsx() -> Paper:
    """Make a workbook whose used range ends in the last cell that a sheet may have."""
    book, out = Workbook(), io.BytesIO()
    book.active["A1"], book.active["XFD1048576"] = "name", "x"
    book.save(out)
    return Paper("last-cell.xlsx", out.getvalue())


def _objects(bodies: dict[int, bytes]) -> tuple[bytes, dict[int, int]]:
    """Return the objects of a PDF as a file begins with them, and where each begins."""
    content, offsets = bytearray(b"%PDF-1.5\n"), {}
    for number in sorted(bodies):
        offsets[number] = len(content)
        content += b"%d 0 obj\n%b\nendobj\n" % (number, bodies[number])
    return bytes(content), offsets


def _stream(about, content):
    return b"<<%b/Length %d>>stream\n%b\nendstream" % (about, len(content), content)


def _end(before_the_index):
    return b"\nstartxref\n%d\n%%%%EOF" % len(before_the_index)


def _office(kind: str, parts: dict[str, Iterable[bytes]]) -> bytes:
    """Return an office file with these parts, and noise that hides how well they are packed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", TYPES.format(main=kind))
        archive.writestr("main.xml", "<x/>")
        archive.writestr("noise.png", _noise(MB))
        for name, pieces in parts.items():
            with archive.open(name, "w") as part:
                for piece in pieces:
                    part.write(piece)
    return out.getvalue()


def _noise(size):
    return random.Random(0).randbytes(size)


def _pieces(size: int) -> Iterator[bytes]:
    """Yield blanks, `size` in all and a megabyte at a time."""
    for begin in range(0, size, MB):
        yield b" " * min(MB, size - begin)


def _packed(pieces):
    packer = zlib.compressobj(1)
    return b"".join([*map(packer.compress, pieces), packer.flush()])
