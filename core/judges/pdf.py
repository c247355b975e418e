"""PDF files, read by qpdf: every object is searched for what runs, sends or carries a file."""

import io
import re
from collections.abc import Iterator
from typing import BinaryIO

import pikepdf

from core.judges import Refused, damage_refused
from core.judges.markup import Reader, read

# Kinds of action (/S) that no paper needs, pressed or not.
SCRIPT = "/JavaScript"
RUNNING = {SCRIPT, "/Launch", "/SubmitForm", "/ImportData", "/GoToE"}
# What may happen by itself: on opening a document, on showing a page.
QUIET = {
    "/GoTo", "/GoTo3DView", "/GoToDp", "/Hide", "/Named", "/ResetForm", "/SetOCGState", "/Thread",
    "/Trans",
}  # fmt: skip
PRESSED = {"/U", "/D"}  # events (/AA) that a person's mouse gives
CHAIN = 100  # actions that follow one another
# How the standards Factur-X, ZUGFeRD, XRechnung and Order-X name the invoice in the paper.
INVOICES = {"factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml", "order-x.xml"}
INVOICE_BYTES = 8 * 2**20
NAMES = ("/UF", "/F", "/Unix", "/DOS", "/Mac")  # of an attached file

# Most objects hold none of these, and this search is many times faster than looking at each key.
_SUSPECT = re.compile(
    rb"/(?:JavaScript|JS|OnInstantiate|Launch|SubmitForm|ImportData|GoToE|XFA|EF|AA|OpenAction)\b"
)


def judge_pdf(file: BinaryIO) -> None:
    """Raise Refused for a PDF that is broken or locked, or that holds scripts or files."""
    with damage_refused():
        pdf = _opened(file.read())
        for item in [pdf.trailer, *pdf.objects]:
            _judge_object(item)
        # qpdf passes over a stream of objects that it has no memory for; a viewer may have it.
        if any("bad_alloc" in warning for warning in pdf.get_warnings()):
            raise Refused("complex")


def _opened(content):
    # Viewers show what they find behind a wrong index; without one qpdf looks for it too.
    for attempt in (content, content.replace(b"startxref", b"startless")):
        try:
            # With the empty password, which opens what only its owner may change.
            pdf = pikepdf.open(io.BytesIO(attempt), inherit_page_attributes=False)
            if len(pdf.pages):
                return pdf
        except pikepdf.PasswordError:
            raise Refused("password") from None
        except pikepdf.PdfError:
            continue
    raise Refused("broken")


def _judge_object(item):
    # A dictionary may name its kind of action by an object of its own.
    if isinstance(item, pikepdf.Name) and str(item) in RUNNING:
        raise _action(str(item))
    if isinstance(item, pikepdf.Stream):
        # The data lies elsewhere, and a viewer would fetch it.
        if "/F" in item.stream_dict:
            raise Refused("action", "/F")
        item = item.stream_dict
    if isinstance(item, pikepdf.Dictionary | pikepdf.Array) and _SUSPECT.search(item.unparse(True)):
        for dictionary in _dictionaries(item):
            _judge_dictionary(dictionary)


def _dictionaries(item) -> Iterator[pikepdf.Dictionary]:
    """Yield the dictionaries written inside an object; objects that it names come on their own."""
    waiting = [item]
    while waiting:
        item = waiting.pop()
        if isinstance(item, pikepdf.Dictionary):
            yield item
            inner = [item[key] for key in item.keys()]  # noqa: SIM118 - no mapping of Python's
        else:
            inner = list(item)
        waiting.extend(
            child
            for child in inner
            if isinstance(child, pikepdf.Dictionary | pikepdf.Array) and not child.is_indirect
        )


def _judge_dictionary(found):
    kind = str(found.get("/S", ""))
    if SCRIPT in found or "/OnInstantiate" in found or (kind and "/JS" in found):
        raise _action(SCRIPT)
    if kind in RUNNING:
        raise _action(kind)
    if "/XFA" in found:
        raise Refused("form", "XFA")
    if "/EF" in found:
        _judge_attachment(found)
    _judge_events(found)


def _action(kind):
    return Refused("script" if kind == SCRIPT else "action", kind[1:])


def _judge_events(found):
    """Refuse what leads elsewhere by itself, without a click."""
    if isinstance(action := found.get("/OpenAction"), pikepdf.Dictionary):
        _judge_chain(action)
    if isinstance(events := found.get("/AA"), pikepdf.Dictionary):
        for event in set(events.keys()) - PRESSED:
            if isinstance(action := events[event], pikepdf.Dictionary):
                _judge_chain(action)


def _judge_chain(action):
    waiting = [action]
    for _count in range(CHAIN):
        if not waiting:
            return
        action = waiting.pop()
        if (kind := str(action.get("/S", ""))) not in QUIET:
            raise _action(kind)
        following = action.get("/Next", [])
        waiting.extend([following] if isinstance(following, pikepdf.Dictionary) else following)
    raise Refused("complex")


def _judge_attachment(found):
    names = [str(found[key]) for key in NAMES if key in found] or [""]
    # All of its names, for which one counts is the viewer's choice.
    odd = next((name for name in names if name.casefold() not in INVOICES), None)
    if odd is not None:
        raise Refused("attachment", odd)
    for key in found["/EF"].keys():  # noqa: SIM118 - no mapping of Python's
        if not _is_xml(found["/EF"][key]):
            raise Refused("attachment", names[0])


def _is_xml(stream):
    content = stream.read_bytes()
    if len(content) > INVOICE_BYTES:
        return False
    try:
        read(content, Reader())
    except (ValueError, SyntaxError):
        return False
    return True
