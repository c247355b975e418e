"""Korean particles: which form follows a name depends on the sound that it ends with."""

import re

# Letters and digits whose Korean names end in a consonant (엘, 엠, 영, 일 …), and those in ㄹ.
_CLOSED_LETTERS = "lmnr"
_CLOSED_DIGITS = "013678"
_RIEUL_LETTERS = "lr"
_RIEUL_DIGITS = "178"
# Ends of Latin words that are read with a final consonant, and with ㄹ (Google is 구글).
_CLOSED_ENDINGS = re.compile(r"(ng|ck|[aeiou][kt]|p|b|c)$")
_RIEUL_ENDING = re.compile(r"[^aeiou]le$")
_SPELLED = 4  # letters up to which a word in capitals is read letter by letter: SK, IBM
_PAIRS = {"을/를", "이/가", "은/는", "과/와", "으로/로"}
_HANGUL = range(0xAC00, 0xD7A4)


def particle(name: str, pair: str) -> str:
    """Choose the particle of `pair` that follows `name`; '' for an empty name.

    Pairs are '을/를', '이/가', '은/는', '과/와' and '으로/로'; raises ValueError for others. Hangul is
    exact. Latin letters and digits follow how the last is commonly read: 'Portal' takes 을,
    'Acme' takes 를.
    """
    if pair not in _PAIRS:
        raise ValueError(pair)
    closed_form, open_form = pair.split("/")
    last = next((character for character in reversed(name) if character.isalnum()), "")
    if not last:
        return ""
    closed, rieul = _sound(name.rstrip(".,)”’\"' "), last.lower())
    # 으로 is the exception: after ㄹ the open form stands, 서울로.
    return closed_form if closed and not (rieul and closed_form == "으로") else open_form


def _sound(name, last):
    # Whether the name ends in a consonant, and whether that consonant is ㄹ.
    word = name.split()[-1]
    if ord(last) in _HANGUL:
        final = (ord(last) - 0xAC00) % 28
        return final != 0, final == 8
    if last.isdigit():
        return last in _CLOSED_DIGITS, last in _RIEUL_DIGITS
    if last in _CLOSED_LETTERS:
        return True, last in _RIEUL_LETTERS
    if word.isupper() and len(word) <= _SPELLED:
        return False, False
    rieul = bool(_RIEUL_ENDING.search(word.lower()))
    return rieul or bool(_CLOSED_ENDINGS.search(word.lower())), rieul
