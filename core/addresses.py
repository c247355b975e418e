"""E-mail addresses as tables and forms bring them."""

import re
import unicodedata

# 'Kim <kim@hanbit.example>', as mail programs copy an address.
_NAMED = re.compile(r"[^<>@]*<\s*([^<>\s]+)\s*>")
# IDNA of 2003, which Python has, makes other letters of these.
_CHANGED = frozenset("ßς\u200c\u200d")


def tidy_address(text: str) -> str:
    """Return an address without what is only dirt: blanks, invisible characters, mailto:, a dot.

    Lower case, half width, its domain as DNS has it ('bücher.test' -> 'xn--bcher-kva.test'): one
    spelling for a person. What is no address comes back as it is, to be refused by its reader.
    """
    seen = "".join(
        letter
        for letter in unicodedata.normalize("NFKC", text)
        if unicodedata.category(letter) not in ("Cf", "Cc") or letter.isspace()
    ).strip()
    named = _NAMED.fullmatch(seen.rstrip(" ;,."))
    address = (named[1] if named else seen).strip(" ;,.'\"").lower().removeprefix("mailto:")
    local, at, domain = address.strip().rpartition("@")
    return f"{local}{at}{_ascii(domain)}"


def _ascii(domain):
    if domain.isascii() or _CHANGED.intersection(domain):
        return domain
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        return domain
