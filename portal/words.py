"""Korean particles: which form follows a name depends on the sound that it ends with."""

# How Koreans read the last letter or digit of a Latin name: those that end in a consonant sound.
_CLOSED_LETTERS = "lmnr"
_CLOSED_DIGITS = "013678"
_RIEUL_LETTERS = "lr"
_RIEUL_DIGITS = "178"
_CLOSED_ENDINGS = ("ng", "ck", "p", "k", "t")
_HANGUL = range(0xAC00, 0xD7A4)


def particle(name, pair):
    """The particle of `pair` ('을/를', '이/가', '은/는', '과/와', '으로/로') that follows `name`; '' for an empty name.

    Hangul is exact. Latin letters and digits follow how the last one is commonly read: 'Portal' takes 을, 'Acme' takes 를.
    """
    closed_form, open_form = pair.split("/")
    last = next((character for character in reversed(name) if character.isalnum()), "")
    if not last:
        return ""
    closed, rieul = _sound(name.lower().rstrip(".,)”’\"' "), last.lower())
    return closed_form if closed and not (rieul and closed_form == "으로") else open_form


def _sound(name, last):
    """(ends in a consonant, that consonant is ㄹ)"""
    if ord(last) in _HANGUL:
        final = (ord(last) - 0xAC00) % 28
        return final != 0, final == 8
    if last.isdigit():
        return last in _CLOSED_DIGITS, last in _RIEUL_DIGITS
    if last in _CLOSED_LETTERS:
        return True, last in _RIEUL_LETTERS
    return name.endswith(_CLOSED_ENDINGS), False
