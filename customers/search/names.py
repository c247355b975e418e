"""Turn names of companies into keys to compare: strings in, strings out.

Legal forms and accents are off, Hangul and Latin side by side. The same code makes the keys of a
name when it is saved and those of the words of a search.
"""

import re
import unicodedata
from dataclasses import dataclass

from anyascii import anyascii

from customers.search import hangul, vocabulary

LONGEST = 100  # letters of a key: the columns' length; levenshtein() refuses more than 255 bytes
ROWS = 6  # spellings of one name that are kept
READINGS = 8  # ways to understand one query: each is compared with every candidate
INITIALS, CONSONANTS = 12, 40  # letters that these columns hold

# What a reading costs against the literal reading: of two names that fit, that comes first.
SPELLED_OUT = 0.01  # abbreviations as whole words
LATER_SPELLING = 0.01  # each further spelling of the same words …
LATER_SPELLING_MOST = 0.06  # … up to this
OTHER_LAYOUT = 0.04  # as typed with the other keyboard layout
NO_FORM_IN_FRONT = 0.06  # a legal form in front off; names may begin with such letters (SAS, AG)

_DOTTED = re.compile(r"\b((?:\w[./]){1,6}\w)\b\.?")  # "K.H.", "S.A.", "A/S"
_LONE_JAMO = re.compile("([ㄱ-ㅣ]+)")
_KOREAN_LEGAL = re.compile("|".join(re.escape(form) for form in vocabulary.KOREAN_LEGAL))
# The longest first: 석유화학 (petrochemical) before 석유 (petroleum), 에이치 (H) before 에이 (A).
_GENERIC = sorted(vocabulary.KOREAN, key=len, reverse=True)
_LETTER_NAMES = re.compile("|".join(sorted(vocabulary.LETTERS, key=len, reverse=True)))


@dataclass(frozen=True)
class Keys:
    """A spelling of a name, in ASCII."""

    key: str  # its words
    letters: str  # the same without spaces
    sound: str  # how they sound
    initials: str  # the words' first letters; '' for one word
    consonants: str = ""  # the Korean initial consonants, one letter each

    @property
    def words(self) -> list[str]:
        return self.key.split()


def tidy(text: str) -> str:
    """Return the text as one line of compatible, lower-case characters, at most 200.

    NUL and lone surrogates are gone: the database takes neither.
    """
    # Cut before the work, for a text may be of any length; NFKC makes more of some characters.
    text = text[:400].encode("utf-8", "ignore").decode().replace("\x00", " ")
    # NFKC would turn lone consonants into parts of syllables that never come.
    parts = _LONE_JAMO.split(text)
    parts[::2] = [unicodedata.normalize("NFKC", part) for part in parts[::2]]
    return " ".join("".join(parts).casefold().split())[:200]


def same_words(text: str) -> str:
    """Return the text that two searches for the same have in common.

    It is their words without case, accents, punctuation and legal forms.
    """
    found = keys(text)
    return found[0].key if found else tidy(text)


def is_searchable(text: str) -> bool:
    """Say whether at least 2 letters or digits are left of the name once legal forms are off."""
    plain = "".join(character for character in _without_legal(tidy(text)) if character.isalnum())
    return len(plain) >= 2 and (bool(keys(text)) or hangul.is_consonants(plain))


def keys(name: str) -> list[Keys]:
    """Make every spelling that a name is found by, the written spelling first.

    Returns [] for nothing but legal forms.
    """
    text = _without_legal(tidy(name))
    consonants = hangul.initials("".join(text.split())) if hangul.is_hangul(text) else ""
    found = {}
    for spelling in _spellings(text):
        made = _keys_of(spelling, consonants)
        if made and made.letters not in found:
            found[made.letters] = made
    return list(found.values())[:ROWS]


def _without_legal(text):
    return " ".join(_KOREAN_LEGAL.sub(" ", text).split()) if text else ""


def _spellings(text):
    yield hangul.romanise(text)
    if hangul.is_hangul(text):
        # Single letter names are syllables of other words too (이, 오, 지): they count as letters
        # at the start, or when the whole name is made of them.
        lettered = _LETTER_NAMES.sub(lambda found: vocabulary.LETTERS[found[0]], text)
        for base in dict.fromkeys(
            (text, _with_letters(text), lettered if _mostly_letters(text) else text)
        ):
            yield from _translations(base)
            yield hangul.romanise(base)
    # Müller is also written Mueller: from an umlaut on the way to two letters …
    flat = re.sub(
        r"[äöüøœæå]",
        lambda found: {"ø": "oe", "œ": "oe", "å": "aa", "æ": "ae"}.get(
            found[0], anyascii(found[0]) + "e"
        ),
        text,
    )
    if flat != text:
        yield flat
    # … and back, inside of words only.
    short = re.sub(r"(?<=[a-z])(ue|oe|ae|aa)(?=[a-z])", lambda found: found[0][0], text)
    if short != text:
        yield short


def _with_letters(text):
    # '엘지전자' -> 'lg전자': from two letters on, for a single letter may begin another word.
    letters, rest = "", text
    while found := _LETTER_NAMES.match(rest):
        letters, rest = letters + vocabulary.LETTERS[found[0]], rest[found.end() :]
    return f"{letters} {rest}" if len(letters) >= 2 else text


def _mostly_letters(text):
    return not _LETTER_NAMES.sub("", text.replace(" ", ""))


def _translations(text):
    # Business words in English: all by their first reading, then all by their second.
    for choice in (0, 1):
        read = text
        for word in _GENERIC:
            if word in read and read != word:
                readings = vocabulary.KOREAN[word]
                read = read.replace(word, f" {readings[min(choice, len(readings) - 1)]} ")
        if read != text:
            yield hangul.romanise(read)


def _keys_of(text, consonants):
    plain = anyascii(text).lower().replace("'", "").replace("`", "")
    plain = _DOTTED.sub(
        lambda found: re.sub(r"[./]", "", found[1]) + " ", plain.replace("&", " and ")
    )
    parts = re.findall(r"[a-z0-9]+", plain)
    # From the end, again and again: "GmbH & Co. KG" is four of them. Never the last word left.
    while len(parts) > 1 and parts[-1] in vocabulary.LEGAL | vocabulary.SMALL:
        parts.pop()
    kept = [part for part in parts if part not in vocabulary.SMALL] or parts
    if not kept or all(part in vocabulary.LEGAL for part in parts):
        return None
    key = " ".join(kept)[:LONGEST].strip()
    letters = key.replace(" ", "")
    initials = "".join(part[0] for part in kept) if len(kept) > 1 else ""
    return Keys(
        key, letters, sound("".join(kept))[:LONGEST], initials[:INITIALS], consonants[:CONSONANTS]
    )


# In this order: groups of letters before their parts. Vowels fall into a few classes, for Hangul
# and English write them differently. Korean hears no difference between voiced and voiceless
# consonants, nor between l and r.
_SOUNDS = [
    (re.compile(pattern), sound_)
    for pattern, sound_ in [
        (r"ph", "f"), (r"sch|sh", "s"), (r"tch|ch|dg(?=[ei])", "j"), (r"th", "t"),
        (r"ck|q(?:u)?", "k"), (r"x", "ks"), (r"c(?=[eiy])", "s"), (r"ng?(?![aeiou])|ng", "n"),
        (r"y?eo|y?eu|oo|ou|woo|wo|yu|ew|u", "u"), (r"ae|ai|ay|ei|ey|ea|oe|yae|ye", "e"),
        (r"ee|ie|wi|ui|y", "i"), (r"oa|ow|au|aw|yo", "o"), (r"wa|ya|ia", "a"),
        (r"[bfvp]", "p"), (r"[td]", "t"), (r"[gckq]", "k"), (r"[lr]", "l"), (r"[jz]", "j"),
        (r"(?<=.)[hw]", ""),  # within a word both fall silent
        (r"(.)\1+", r"\1"),  # and doubles sound as one
    ]
]  # fmt: skip


def sound(letters: str) -> str:
    """Spell Latin letters by their rough sound: 'Coupang' and a romanised '쿠팡' become equal."""
    for pattern, replacement in _SOUNDS:
        letters = pattern.sub(replacement, letters)
    return letters


@dataclass(frozen=True)
class Reading:
    """A way to understand what was typed, and its cost against the literal way."""

    keys: Keys
    cost: float = 0.0
    from_hangul: bool = False


def readings(text: str) -> tuple[list[Reading], str]:
    """Understand a query: return (the ways to read it, its initial consonants or '').

    It is read as typed, with abbreviations spelled out, without a legal form in front, and as typed
    in the other keyboard layout.
    """
    plain = tidy(text)[:LONGEST]
    consonants = "".join(plain.split())
    if hangul.is_consonants(consonants) and len(consonants) >= 2:
        # Syllables among lone consonants may also be Latin keys: '둗ㄱ햨ㄷㄱ' is 'energizer'.
        pressed = _pressed(text) if hangul.is_hangul(consonants) else []
        return pressed, hangul.initials(consonants)
    found = {}
    for meant, cost in _understood(text, plain):
        for spelling in keys(meant):
            reading = Reading(spelling, cost, hangul.is_hangul(meant))
            found.setdefault(spelling.letters, reading)
            cost = min(cost + LATER_SPELLING, LATER_SPELLING_MOST)
    return list(found.values())[:READINGS], ""


def _pressed(text):
    return [Reading(spelling, OTHER_LAYOUT) for spelling in keys(_in_latin(text))]


def _in_latin(text):
    # From the text itself: tidy() has taken it apart for case, and NFC puts syllables together.
    return hangul.typed_in_latin(unicodedata.normalize("NFC", text[:LONGEST])).lower()


def _understood(text, plain):
    # The literal meaning first: of equal readings readings() keeps the first, at its cost.
    yield plain, 0.0
    spelled = " ".join(
        vocabulary.ABBREVIATIONS.get(part.strip("."), part) for part in re.split(r"[\s,]+", plain)
    )
    if spelled != plain:
        yield spelled, SPELLED_OUT
    parts = plain.split()
    while len(parts) > 1 and parts[0].strip(".,") in vocabulary.LEGAL:
        parts.pop(0)
    if (bare := " ".join(parts)) != plain:
        yield bare, NO_FORM_IN_FRONT
    if any("ㄱ" <= character <= "ㅣ" for character in plain) or hangul.is_hangul(plain):
        yield _in_latin(text), OTHER_LAYOUT
    elif plain.isascii():
        # Upper case counts here: with Shift the keys write ㅃ, ㅉ, ㄸ, ㄲ, ㅆ.
        meant = hangul.typed_in_hangul(text.strip()[:LONGEST])
        if meant and hangul.is_hangul(meant):
            yield meant, OTHER_LAYOUT
