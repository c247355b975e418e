"""The encodings in which bytes may be text: those that spreadsheet programs of the world save."""

import codecs
import re
import unicodedata
from itertools import pairwise

from core.judges import Refused

BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
LATIN = ("cp1252", "cp1250", "cp1254")
ALPHABETS = ("cp1251", "cp1253", "cp874")  # a word is in their letters or in Latin ones, not both
IDEOGRAPHS = ("cp932", "gb18030", "cp950")
ANSI = ("cp949", *LATIN, *ALPHABETS, *IDEOGRAPHS)
SAMPLES, SAMPLE = 5, 80  # lines, and letters of each

_BEYOND = re.compile(rb"[\x80-\xff]+")
# Hangul of KS X 1001; CP949 has 8,822 more syllables, which hardly a word needs.
_HANGUL = re.compile(rb"(?:[\xb0-\xc8][\xa1-\xfe])+")
_EVERYDAY = re.compile(rb"(?:[\xa1-\xac\xb0-\xc8][\xa1-\xfe])+")  # with its signs, such as ㈜
_TOUCHED = re.compile(rb"[A-Za-z][\x80-\xff]|[\x80-\xff][A-Za-z]")
_CELLS = re.compile(rb"[,;\t\r\n\"]+")
_PAIR = re.compile("[\u3041-\u30fe\u4e00-\u9fff]{2}")
_HALF_WIDTH = re.compile("[\uff61-\uff9f]")

# Loaded now: later the child may not be able to.
for name in (*ANSI, *BOMS.values(), "utf-8", "utf-16-le", "utf-16-be"):
    codecs.lookup(name)


def possible(content: bytes) -> list[str]:
    """Return the encodings in which the bytes can be a text, [] for none.

    More than one stays when their texts differ and nothing speaks clearly for one of them.
    """
    for mark, encoding in BOMS.items():
        if content.startswith(mark):
            return [encoding] if _text(content, encoding) is not None else []
    if b"\0" in content:
        return []
    if _text(content, "utf-8") is not None:
        return ["utf-8", "cp949"] if _may_be_hangul(content) else ["utf-8"]
    if _is_hangul(content):
        return ["cp949"]
    texts = {}
    for encoding in ANSI:
        text = _text(content, encoding)
        if text is not None and _is_plausible(text, encoding):
            texts.setdefault(text, encoding)
    return list(texts.values())


def decode(content: bytes, encoding: str) -> str:
    """Decode a text; raise Refused when it is none in that encoding."""
    text = _text(content, encoding)
    if text is None:
        raise Refused("encoding")
    return text


def samples(content: bytes, found: list[str]) -> dict[str, list[str]]:
    """Return what the first lines that the encodings read differently are in each of them."""
    shown = {encoding: [] for encoding in found}
    for line in content.splitlines():
        read = [_text(line, encoding) for encoding in found]
        if len(set(read)) > 1 and None not in read:
            for encoding, text in zip(found, read, strict=True):
                shown[encoding].append(text.strip()[:SAMPLE])
        if len(shown[found[0]]) == SAMPLES:
            break
    return shown


def _text(content, encoding):
    try:
        return content.decode(encoding)
    except UnicodeError:
        return None


def _may_be_hangul(content):
    """Tell whether UTF-8 may be Hangul in CP949 by chance, as a few syllables can be.

    Hangul within a Latin word is not meant: 'Müller' in UTF-8 would be 'M체ller'.
    """
    runs = _BEYOND.findall(content)
    is_hangul = bool(runs) and all(_HANGUL.fullmatch(run) for run in runs)
    return is_hangul and not _TOUCHED.search(content)


def _is_hangul(content):
    """Tell whether bytes are clearly Korean: everyday syllables, and cells of hardly anything else."""
    text = _text(content, "cp949")
    if text is None:
        return False
    beyond = [letter for letter in text if letter > "\x7f"]
    everyday = sum(len(found) // 2 for found in _EVERYDAY.findall(content))
    foreign = any("\u4e00" <= letter <= "\u9fff" for letter in beyond)
    return not foreign and everyday >= 0.9 * len(beyond) and any(map(_is_hangul_cell, _cells(text)))


def _cells(text):
    return _CELLS.split(text.encode("cp949"))


def _is_hangul_cell(cell):
    beyond = sum(byte >= 0xA1 for byte in cell)
    latin = len(re.findall(rb"[A-Za-z]", cell))
    # Two syllables at least: no Western word has four letters in a row that are beyond ASCII.
    return beyond >= 4 and beyond > 2 * latin


def _is_plausible(text, encoding):
    if any(unicodedata.category(letter) in ("Cn", "Co", "Cs") for letter in set(text)):
        return False
    if any("\x80" <= letter <= "\x9f" for letter in set(text)):
        return False
    if encoding in ALPHABETS:
        return not any(_is_latin(first) != _is_latin(second) for first, second in _letters(text))
    if encoding in IDEOGRAPHS:
        # A single ideograph in a Latin word is an accent or a quote that was read wrongly.
        return bool(_PAIR.search(text)) and not _HALF_WIDTH.search(text)
    return True


def _letters(text):
    """Give the pairs of letters, or of a letter and its accent, that stand beside each other."""
    is_letter = {letter: unicodedata.category(letter)[0] in "LM" for letter in set(text)}
    return (pair for pair in pairwise(text) if all(is_letter[letter] for letter in pair))


def _is_latin(letter):
    return letter < "\x80"
