"""Names of companies as keys to compare: legal forms off, accents off, Hangul and Latin side by side. Strings in, strings out."""

import re
import unicodedata
from dataclasses import dataclass

from anyascii import anyascii

from customers.search import hangul, vocabulary

LONGEST = 100  # letters of a key that are looked at
ROWS = 6  # spellings of one name
_DOTTED = re.compile(r"\b((?:\w[./]){1,6}\w)\b\.?")
_LONE_JAMO = re.compile("([ㄱ-ㅣ]+)")
_KOREAN_LEGAL = re.compile("|".join(re.escape(form) for form in vocabulary.KOREAN_LEGAL))
_GENERIC = sorted(vocabulary.KOREAN, key=len, reverse=True)
_LETTER_NAMES = re.compile("|".join(sorted(vocabulary.LETTERS, key=len, reverse=True)))


@dataclass(frozen=True)
class Keys:
    """One spelling: `key` its words, `letters` the same without spaces, `sound` how they sound, `initials` the words' first
    letters, `consonants` the Korean initial consonants.
    """

    key: str
    letters: str
    sound: str
    initials: str
    consonants: str = ""

    @property
    def words(self):
        return self.key.split()


def tidy(text):
    """The text as one line of compatible, lower-case characters, at most 200; NUL and lone surrogates are gone."""
    text = text[:400].encode("utf-8", "ignore").decode().replace("\x00", " ")
    wide = _LONE_JAMO.split(
        text
    )  # NFKC would turn lone consonants into parts of syllables that never come
    wide[::2] = [unicodedata.normalize("NFKC", part) for part in wide[::2]]
    wide = "".join(wide)
    return " ".join(wide.casefold().split())[:200]


def same_words(text):
    """What makes two searches the same: their words without case, accents, punctuation and legal forms."""
    found = keys(text)
    return found[0].key if found else tidy(text)


def is_searchable(text):
    """Whether at least 2 letters or digits are left of the name itself once legal forms are off."""
    plain = "".join(character for character in _without_legal(tidy(text)) if character.isalnum())
    return len(plain) >= 2 and (bool(keys(text)) or hangul.is_consonants(plain))


def keys(name):
    """Every spelling that a name is found by, as it is written first; [] for nothing but legal forms."""
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
    """The text in Latin letters: as romanised, with business words translated, with letter names as letters, without umlaut e's."""
    yield hangul.romanise(text)
    if hangul.is_hangul(text):
        lettered = _LETTER_NAMES.sub(lambda found: vocabulary.LETTERS[found[0]], text)
        for base in dict.fromkeys(
            (text, _with_letters(text), lettered if _mostly_letters(text) else text)
        ):
            yield from _translations(base)
            yield hangul.romanise(base)
    flat = re.sub(
        r"[äöüøœæå]",
        lambda found: {"ø": "oe", "œ": "oe", "å": "aa", "æ": "ae"}.get(
            found[0], anyascii(found[0]) + "e"
        ),
        text,
    )
    if flat != text:
        yield flat
    short = re.sub(r"(?<=[a-z])(ue|oe|ae|aa)(?=[a-z])", lambda found: found[0][0], text)
    if short != text:
        yield short


def _with_letters(text):
    """Letter names at the start as letters: '엘지전자' -> 'lg전자'."""
    letters, rest = "", text
    while found := _LETTER_NAMES.match(rest):
        letters, rest = letters + vocabulary.LETTERS[found[0]], rest[found.end() :]
    return f"{letters} {rest}" if len(letters) >= 2 else text


def _mostly_letters(text):
    return not _LETTER_NAMES.sub("", text.replace(" ", ""))


def _translations(text):
    """Readings with generic business words in English: the first word of each, then the second."""
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
    while len(parts) > 1 and parts[-1] in vocabulary.LEGAL | vocabulary.SMALL:
        parts.pop()
    kept = [part for part in parts if part not in vocabulary.SMALL] or parts
    if not kept or all(part in vocabulary.LEGAL for part in parts):
        return None
    key = " ".join(kept)[:LONGEST].strip()
    letters = key.replace(" ", "")
    initials = "".join(part[0] for part in kept) if len(kept) > 1 else ""
    return Keys(key, letters, sound("".join(kept))[:LONGEST], initials[:12], consonants[:40])


_SOUNDS = [
    (re.compile(pattern), sound_)
    for pattern, sound_ in [
        (r"ph", "f"), (r"sch|sh", "s"), (r"tch|ch|dg(?=[ei])", "j"), (r"th", "t"), (r"ck|q(?:u)?", "k"), (r"x", "ks"),
        (r"c(?=[eiy])", "s"), (r"ng?(?![aeiou])|ng", "n"), (r"y?eo|y?eu|oo|ou|woo|wo|yu|ew|u", "u"), (r"ae|ai|ay|ei|ey|ea|oe|yae|ye", "e"),
        (r"ee|ie|wi|ui|y", "i"), (r"oa|ow|au|aw|yo", "o"), (r"wa|ya|ia", "a"), (r"[bfvp]", "p"), (r"[td]", "t"), (r"[gckq]", "k"),
        (r"[lr]", "l"), (r"[jz]", "j"), (r"(?<=.)[hw]", ""), (r"(.)\1+", r"\1"),
    ]
]  # fmt: skip


def sound(letters):
    """How a run of Latin letters roughly sounds, so that 'Coupang' and a romanised '쿠팡' are the same."""
    for pattern, replacement in _SOUNDS:
        letters = pattern.sub(replacement, letters)
    return letters


@dataclass(frozen=True)
class Reading:
    """One way to understand what was typed, and what it costs against a literal one."""

    keys: Keys
    cost: float = 0.0
    from_hangul: bool = False


def readings(text):
    """(ways to understand a query, its initial consonants or ''): as typed, abbreviations spelled out, a legal form in front off,
    in the other layout.
    """
    plain = tidy(text)[:LONGEST]
    consonants = "".join(plain.split())
    if hangul.is_consonants(consonants) and len(consonants) >= 2:
        return _pressed(text) if hangul.is_hangul(consonants) else [], hangul.initials(consonants)
    found = {}
    for said, cost in _understood(text, plain):
        for made in keys(said):
            found.setdefault(made.letters, Reading(made, cost, hangul.is_hangul(said)))
            cost = min(cost + 0.01, 0.06)
    return list(found.values())[:8], ""


def _pressed(text):
    """The Latin keys that were pressed where syllables and lone consonants mix: '둗ㄱ햨ㄷㄱ' is 'energizer' in the other layout."""
    latin = hangul.typed_in_latin(unicodedata.normalize("NFC", text[:LONGEST])).lower()
    return [Reading(made, 0.04) for made in keys(latin)]


def _understood(text, plain):
    yield plain, 0.0
    spelled = " ".join(
        vocabulary.ABBREVIATIONS.get(part.strip("."), part) for part in re.split(r"[\s,]+", plain)
    )
    if spelled != plain:
        yield spelled, 0.01
    parts = plain.split()
    while len(parts) > 1 and parts[0].strip(".,") in vocabulary.LEGAL:
        parts.pop(0)
    if (bare := " ".join(parts)) != plain:
        yield bare, 0.06
    if any("ㄱ" <= character <= "ㅣ" for character in plain) or hangul.is_hangul(plain):
        yield hangul.typed_in_latin(unicodedata.normalize("NFC", text[:LONGEST])).lower(), 0.04
    elif (
        plain.isascii()
        and (meant := hangul.typed_in_hangul(text.strip()[:LONGEST]))
        and hangul.is_hangul(meant)
    ):
        yield meant, 0.04
