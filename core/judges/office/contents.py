"""Contents of a part: fields, formulas and pictures that start or fetch something."""

import re
from html import unescape

from core.judges import Refused
from core.judges.markup import Reader, read
from core.judges.office.targets import is_elsewhere

# Fields of Word that start a program, read another file or ask a database.
FIELDS = {"DATABASE", "DDE", "DDEAUTO", "IMPORT", "INCLUDE", "INCLUDETEXT", "LINK", "RD"}
PICTURE = "INCLUDEPICTURE"
# Functions of Excel that fetch or start something, and the “|” of DDE, which no other formula has.
FUNCTIONS = re.compile(r"\b(CALL|EXEC|IMAGE|REGISTER(?:\.ID)?|RTD|WEBSERVICE)\s*\(", re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"|\'[^\']*\'!')

# Encodings that the office programs and this reader understand alike.
_ENCODING = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.-]+)""")
_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\x00<")
_ENCODINGS = {b"utf-8", b"us-ascii", b"ascii", b"iso-8859-1", b"utf-16"}
# Without any of these there is nothing to find, and most parts are never parsed.
_SUSPECT = re.compile(rb"<!|instr|webVideoPr|\bsrc\s*=")
_FORMULA = re.compile(rb"<(?:[^\s<>/:!?]+:)?(?:f|\w*[fF]ormula\d?|definedName)(?:\s[^>]*)?>([^<]*)")


def judge_contents(name: str, content: bytes) -> None:
    """Raise Refused for XML of a part that starts a program or fetches something from elsewhere."""
    head = content[:200].removeprefix(b"\xef\xbb\xbf").lstrip()
    declared = _ENCODING.match(head)
    if declared and declared[1].lower() not in _ENCODINGS:
        raise Refused("part", name)
    # Written in an encoding in which even “<” is another byte.
    if head and not head.startswith((b"<", *_BYTE_ORDER_MARKS)):
        raise Refused("part", name)
    # UTF-16, where no expression over bytes finds anything.
    if b"\x00" in content[:100] or _SUSPECT.search(content):
        read(content, _Contents(name))
    else:
        for formula in _FORMULA.finditer(content):
            judge_formula(name, unescape(formula[1].decode(errors="replace")))


def judge_formula(name: str, formula: str) -> None:
    """Raise Refused for a formula that fetches something or starts a program."""
    if "(" not in formula and "|" not in formula:
        return
    bare = _QUOTED.sub("", formula)
    if found := FUNCTIONS.search(bare):
        raise Refused("formula", f"{found[1].upper()}, {name}")
    if "|" in bare:
        raise Refused("formula", f"{bare.strip()[:40]}, {name}")


def judge_field(name: str, code: str) -> None:
    """Raise Refused for a field of Word that starts a program or fetches something."""
    keyword, _, rest = code.strip().partition(" ")
    if keyword.upper() in FIELDS:
        raise Refused("field", f"{keyword.upper()}, {name}")
    target = rest.strip().lstrip('"')
    if keyword.upper() == PICTURE and is_elsewhere(target.replace("\\\\", "\\")):
        raise Refused("field", f"{PICTURE}, {name}")


class _Contents(Reader):
    """Puts codes of fields and formulas together, which lie in pieces, and judges them."""

    def __init__(self, name):
        super().__init__()
        self.name = name
        self.fields = []  # the code of each open field, None once its result has begun
        self.formula = None
        self.taking = False

    def begin(self, name, attributes):
        if name == "fldChar":
            self._field_changes(attributes.get("fldCharType"))
        elif name == "fldSimple":
            judge_field(self.name, attributes.get("instr", ""))
        elif name in ("instrText", "delInstrText", "t"):
            self.taking = True
        elif name in ("f", "definedName") or name.lower().rstrip("012").endswith("formula"):
            self.formula = ""
        elif name == "webVideoPr":
            raise Refused("embedded", f"{name}, {self.name}")
        elif name in ("imagedata", "fill", "stroke") and is_elsewhere(attributes.get("src", "")):
            raise Refused("link", attributes["src"])

    def _field_changes(self, kind):
        if kind == "begin":
            # Its keyword would be put together by the field inside of it.
            if self.fields and self.fields[-1] is not None and not _has_keyword(self.fields[-1]):
                raise Refused("field", self.name)
            self.fields.append("")
        elif kind == "separate" and self.fields:
            self._judge_code()
            self.fields[-1] = None
        elif kind == "end" and self.fields:
            self._judge_code()
            self.fields.pop()

    def _judge_code(self):
        if self.fields[-1]:
            judge_field(self.name, self.fields[-1])

    def data(self, text):
        if self.formula is not None:
            self.formula += text
        elif self.taking and self.fields and self.fields[-1] is not None:
            self.fields[-1] += text

    def finish(self, name):
        self.taking = False
        if self.formula is not None:
            judge_formula(self.name, self.formula)
            self.formula = None

    def close(self):
        # Word closes for itself what a part leaves open.
        for code in self.fields:
            if code:
                judge_field(self.name, code)


def _has_keyword(code):
    return re.match(r"\s*(=|\S+\s)", code)
