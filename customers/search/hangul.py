"""Read the Hangul of a name: in Latin letters, by initial consonants, in the other keyboard layout.

Pure: strings in, strings out.
"""

# Unicode numbers the syllables from 가 to 힣 by initial, vowel and final, in these orders.
BASE, LAST = 0xAC00, 0xD7A3
INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
FINALS = ["", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"]
AN_INITIAL = len(VOWELS) * len(FINALS)  # 588 syllables begin with each initial …
A_VOWEL = len(FINALS)  # … and 28 of these share a vowel

# Close to the Revised Romanization, final consonants as they are spoken at a syllable's end.
_INITIAL = ["g", *"kk n d tt r m b pp s ss".split(), "", *"j jj ch k t p h".split()]
_VOWEL = "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i".split()
_FINAL = (
    dict.fromkeys("ㄱㄲㄳㄺㅋ", "k")
    | dict.fromkeys("ㄴㄵㄶ", "n")
    | dict.fromkeys("ㄷㅅㅆㅈㅊㅌㅎ", "t")
)
_FINAL |= (
    dict.fromkeys("ㄹㄼㄽㄾㅀ", "l")
    | dict.fromkeys("ㅁㄻ", "m")
    | dict.fromkeys("ㅂㅄㄿㅍ", "p")
    | {"ㅇ": "ng"}
)

# The Korean standard keyboard (KS X 5002): what each key writes.
_KEYS = dict(
    zip(
        "qwertyuiopasdfghjklzxcvbnm",
        "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅁㄴㅇㄹㅎㅗㅓㅏㅣㅋㅌㅊㅍㅠㅜㅡ",
        strict=True,
    )
)
_KEYS |= dict(zip("QWERTOP", "ㅃㅉㄸㄲㅆㅒㅖ", strict=True))
_KEY_OF = {jamo: key for key, jamo in _KEYS.items()}
# Two keys pressed one after the other that make one vowel or one final.
_PAIRS = {
    "ㅗㅏ": "ㅘ",
    "ㅗㅐ": "ㅙ",
    "ㅗㅣ": "ㅚ",
    "ㅜㅓ": "ㅝ",
    "ㅜㅔ": "ㅞ",
    "ㅜㅣ": "ㅟ",
    "ㅡㅣ": "ㅢ",
}
_PAIRS |= dict(
    zip(
        "ㄱㅅ ㄴㅈ ㄴㅎ ㄹㄱ ㄹㅁ ㄹㅂ ㄹㅅ ㄹㅌ ㄹㅍ ㄹㅎ ㅂㅅ".split(),
        "ㄳㄵㄶㄺㄻㄼㄽㄾㄿㅀㅄ",
        strict=True,
    )
)
_SPLIT = {pair: parts for parts, pair in _PAIRS.items()}


def is_hangul(text: str) -> bool:
    return any(BASE <= ord(character) <= LAST for character in text)


def jamo(syllable: str) -> tuple[str, str, str]:
    """Take a syllable apart: '강' -> ('ㄱ', 'ㅏ', 'ㅇ'), '가' -> ('ㄱ', 'ㅏ', '')."""
    code = ord(syllable) - BASE
    vowel = code % AN_INITIAL // A_VOWEL
    return INITIALS[code // AN_INITIAL], VOWELS[vowel], FINALS[code % A_VOWEL]


def romanise(text: str) -> str:
    """Write the Hangul of a text in Latin letters, syllable by syllable; the rest stays."""
    return "".join(
        _roman(character) if BASE <= ord(character) <= LAST else character for character in text
    )


def _roman(syllable):
    initial, vowel, final = jamo(syllable)
    start = _INITIAL[INITIALS.index(initial)]
    # Korean puts a ㅡ between foreign consonants: 포스코 is POSCO, so it falls silent ('posko').
    silent = vowel == "ㅡ" and not final and start
    return start + ("" if silent else _VOWEL[VOWELS.index(vowel)]) + _FINAL.get(final, "")


def initials(text: str) -> str:
    """Write the initial consonants of a text's syllables as one ASCII letter each: '삼성' -> 'jj'.

    Lone consonants count as well; Latin letters become upper case, spaces are left out.
    """
    letters = []
    for character in text:
        if BASE <= ord(character) <= LAST:
            letters.append(chr(ord("a") + INITIALS.index(jamo(character)[0])))
        elif character in INITIALS:
            letters.append(chr(ord("a") + INITIALS.index(character)))
        elif character.isalnum():
            letters.append(character.upper() if character.isascii() else "")
    return "".join(letters)


def is_consonants(text: str) -> bool:
    """Say whether lone initial consonants stand in the text and no lone vowel: 'ㅅㅅㅈㅈ', 'CJㅈㅇ'.

    A lone vowel means that somebody typed in the other layout.
    """
    return any(character in INITIALS for character in text) and not any(
        character in VOWELS for character in text
    )


def typed_in_latin(text: str) -> str:
    """Write Hangul as the Latin letters of the keys that were pressed: '채ㅕㅔㅁ' -> 'coupa'."""
    pressed = []
    for character in text:
        parts = jamo(character) if BASE <= ord(character) <= LAST else (character,)
        for part in parts:
            pressed.extend(_KEY_OF.get(piece, piece) for piece in _SPLIT.get(part, part))
    return "".join(pressed)


def typed_in_hangul(text: str) -> str | None:
    """Write Latin letters as the Hangul of the keys that were pressed: 'dkssud' -> '안녕'.

    Returns None when they don't make whole syllables.
    """
    letters = [
        _KEYS.get(character) or _KEYS.get(character.lower()) or character for character in text
    ]
    syllables, at = [], 0
    while at < len(letters):
        syllable, at = _compose(letters, at)
        if syllable is None:
            return None
        syllables.append(syllable)
    return "".join(syllables)


def _compose(letters, at):
    # The syllable that begins at a place, and the place after it; (None, …) if none begins there.
    if not letters[at].isalpha():
        return letters[at], at + 1
    if letters[at] not in INITIALS or at + 1 >= len(letters) or letters[at + 1] not in VOWELS:
        return None, at
    initial, vowel, at = letters[at], letters[at + 1], at + 2
    if at < len(letters) and vowel + letters[at] in _PAIRS:
        vowel, at = _PAIRS[vowel + letters[at]], at + 1
    final, at = _final(letters, at)
    code = INITIALS.index(initial) * AN_INITIAL + VOWELS.index(vowel) * A_VOWEL
    return chr(BASE + code + FINALS.index(final)), at


def _final(letters, at):
    # A consonant before a vowel opens the next syllable, and closes none.
    def closes(place):
        return place < len(letters) and letters[place] in FINALS[1:] and not opens_vowel(place)

    def opens_vowel(place):
        return place + 1 < len(letters) and letters[place + 1] in VOWELS

    if at >= len(letters) or letters[at] not in FINALS[1:] or opens_vowel(at):
        return "", at
    pair = _PAIRS.get(letters[at] + letters[at + 1]) if at + 1 < len(letters) else None
    if pair in FINALS and closes(at + 1):
        return pair, at + 2
    return letters[at], at + 1
