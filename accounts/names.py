"""Rules for names: strangers read them in mail, so they carry no link and nothing invisible."""

import re
import unicodedata

from anyascii import anyascii
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

_LINK = re.compile(r"://|www\.", re.IGNORECASE)
_ALLOWED_FORMAT = {"\u200c", "\u200d"}  # the joiners that Persian and Indic scripts need


def skeleton(text: str) -> str:
    """Return a name as it looks: 'Оrganon' with a Cyrillic О and 'Organon.' are the same."""
    plain = anyascii(unicodedata.normalize("NFKC", text)).lower()
    return "".join(letter for letter in plain if letter.isalnum())


def mixes_scripts(text: str) -> bool:
    """Say whether a word has letters of two alphabets that look alike (Latin, Greek, Cyrillic)."""
    for word in text.split():
        scripts = {
            unicodedata.name(letter, "").partition(" ")[0] for letter in word if letter.isalpha()
        }
        if len(scripts & {"LATIN", "GREEK", "CYRILLIC"}) > 1:
            return True
    return False


def validate_name(text: str) -> None:
    """Raise ValidationError for control, bidirectional and invisible characters, and for links."""
    for character in text:
        category = unicodedata.category(character)
        if (
            category in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
            and character not in _ALLOWED_FORMAT
        ):
            raise ValidationError(
                _("Remove the invisible or control characters."), code="characters"
            )
    if _LINK.search(text):
        raise ValidationError(_("Remove the web address: only the name belongs here."), code="link")
