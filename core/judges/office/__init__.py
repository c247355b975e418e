"""Office files (DOCX, XLSX): ZIP archives of which every part and relationship has to be known."""

import codecs
import importlib
import io
import posixpath
import zipfile
from typing import BinaryIO
from urllib.parse import unquote

from core.judges import Refused, damage_refused
from core.judges.markup import Elements, read
from core.judges.office.contents import judge_contents
from core.judges.office.targets import is_elsewhere, is_relative, part_of
from core.judges.office.types import (
    MAIN_TYPES,
    PACKAGES,
    PART_TYPES,
    RELATIONS,
    refusal_of,
)

# More than these is a bomb: parts, bytes unpacked in all, times smaller when packed.
ENTRIES, UNPACKED, RATIO = 2_000, 200 * 2**20, 200
LIST_BYTES = 4 * 2**20  # lists of types and of relationships are short
PROGRAMS = (b"MZ", b"\x7fELF", b"\xd0\xcf\x11\xe0")  # how programs and OLE objects begin
TYPES_PART = "[Content_Types].xml"

# In which old archives write names: loaded now, for later the child may not be able to.
codecs.lookup("cp437")


def prepare(file: BinaryIO) -> None:
    """Load what few files need: qpdf, the slowest to load, for pictures that a Mac keeps as PDF."""
    if b".pdf" in file.read():
        importlib.import_module("core.judges.pdf")


def judge_office(file: BinaryIO, *, is_inside: bool = False) -> str:
    """Return 'docx' or 'xlsx'; raise Refused for other archives and for what runs or fetches.

    With `is_inside` the file is a part of another one, and may not hold a third.
    """
    with damage_refused(), zipfile.ZipFile(file) as archive:
        check_unpacked(archive.infolist())
        package = _Package(archive, is_inside)
        kind = package.kind()
        package.judge()
    # Only now: the macro itself, where there is one, has the better name.
    if kind.endswith("m"):
        raise Refused("macro", package.main)
    return kind


def check_unpacked(parts: list[zipfile.ZipInfo]) -> None:
    """Raise Refused when the parts of an archive say that they unpack to too much."""
    packed = sum(part.compress_size for part in parts) or 1
    unpacked = sum(part.file_size for part in parts)
    # Up to a megabyte the ratio says nothing: an empty sheet packs well.
    if len(parts) > ENTRIES or unpacked > UNPACKED or unpacked > max(RATIO * packed, 2**20):
        raise Refused("bomb")


class _Package:
    """An archive with the type of each of its parts."""

    def __init__(self, archive, is_inside):
        self.archive, self.is_inside, self.main = archive, is_inside, ""
        # Folders are no parts; the format itself says that what lies in [trash] is none.
        parts = [
            part
            for part in archive.infolist()
            if not part.filename.endswith(("/", "\\")) and not part.filename.startswith("[trash]/")
        ]
        # Some programs write Windows' separators.
        self.parts = {part.filename.replace("\\", "/").strip("/").lower(): part for part in parts}
        # Two parts of one name: what one program reads, another does not.
        if len(self.parts) != len(parts):
            raise Refused("broken")
        # Bit 0: the part is encrypted.
        if any(part.flag_bits & 1 for part in parts):
            raise Refused("password")
        self.basenames = {posixpath.basename(name) for name in self.parts}
        self.by_name, self.by_suffix = self._types()

    def _types(self):
        if TYPES_PART.lower() not in self.parts:
            # Archives of OpenDocument and of Hangul say in this part what they are.
            said = self.archive.read("mimetype")[:100] if "mimetype" in self.parts else b""
            raise Refused("hwp" if b"hwp" in said else "type")
        by_name, by_suffix = {}, {}
        for name, said in self._list(TYPES_PART.lower()):
            if name == "Override":
                part = unquote(said.get("PartName", "")).strip("/").lower()
                by_name[part] = said.get("ContentType", "").lower()
            elif name == "Default":
                suffix = said.get("Extension", "").lower()
                by_suffix[suffix] = said.get("ContentType", "").lower()
        return by_name, by_suffix

    def _list(self, name):
        part = self.parts[name]
        if part.file_size > LIST_BYTES:
            raise Refused("complex")
        return read(self.archive.read(part), Elements()).found

    def type_of(self, name):
        """Return the type of a part, without its parameters; '' for a part that has none."""
        found = self.by_name.get(name) or self.by_suffix.get(name.rpartition(".")[2], "")
        return found.partition(";")[0].strip()

    def kind(self):
        mains = {name: self.type_of(name) for name in self.parts if name != TYPES_PART.lower()}
        mains = {name: found for name, found in mains.items() if found in MAIN_TYPES}
        if len(mains) != 1:
            raise Refused("type")
        ((self.main, found),) = mains.items()
        return MAIN_TYPES[found]

    def judge(self):
        # What the message names best comes first: the macro before the sheet that calls it.
        for name in sorted(self.parts, key=lambda name: "vba" not in name):
            self._judge_part(name)
        for name in self.parts:
            if name.endswith(".rels"):
                self._judge_relations(name)

    def _judge_part(self, name):
        part, kind = self.parts[name], self.type_of(name)
        # Read to its end: zipfile then raises for a part of another size or sum than it says.
        content = self.archive.read(part)
        if kind in PACKAGES:
            self._judge_inner(part.filename, content)
        elif kind == "application/pdf":
            _judge_pdf(content)
        elif name != TYPES_PART.lower() and kind not in PART_TYPES:
            raise Refused(refusal_of(kind, name), part.filename)
        elif content.startswith(PROGRAMS):
            raise Refused("embedded", part.filename)
        elif kind.endswith(("xml", "vmldrawing")):
            judge_contents(part.filename, content)

    def _judge_inner(self, name, content):
        if self.is_inside:
            raise Refused("embedded", name)
        try:
            judge_office(io.BytesIO(content), is_inside=True)
        except Refused as refused:
            raise Refused(refused.code, f"{name}: {refused.part}") from None

    def _judge_relations(self, name):
        folder, _, own = name.rpartition("_rels/")
        for _element, said in self._list(name):
            kind = said.get("Type", "").rpartition("/")[2].lower()
            target = said.get("Target", "")
            if said.get("TargetMode", "").lower() == "external":
                self._judge_link(kind, target)
            elif kind not in RELATIONS and self._has(folder + own.removesuffix(".rels"), target):
                raise Refused(refusal_of(said.get("Type", ""), target), target)

    def _judge_link(self, kind, target):
        # A link to press may lead anywhere; all else is fetched on opening. What lies on the
        # reader's own machine is harmless: a letterhead names the template that it was made from.
        is_own = not is_elsewhere(target) and (
            kind == "attachedtemplate" or (kind == "image" and not is_relative(target))
        )
        if target and kind != "hyperlink" and not is_own:
            raise Refused("link", target)

    def _has(self, source, target):
        found = part_of(source, target)
        # Also by its last name, for another program may read the path otherwise.
        return found in self.parts or posixpath.basename(found) in self.basenames


def _judge_pdf(content):
    """Judge a picture that a Mac's Word keeps as PDF."""
    # Loaded by prepare() if it is needed.
    from core.judges.pdf import judge_pdf  # noqa: PLC0415

    judge_pdf(io.BytesIO(content))
