"""What a name may hold: it is shown to strangers and stands in mail, so it carries no link and nothing invisible."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

_LINK = re.compile(r"://|www\.", re.IGNORECASE)
_ALLOWED_FORMAT = {"\u200c", "\u200d"}  # the joiners that Persian and Indic scripts need


def validate_name(text):
    """Raise ValidationError for control, bidirectional and invisible characters, and for links."""
    for character in text:
        category = unicodedata.category(character)
        if category in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") and character not in _ALLOWED_FORMAT:
            raise ValidationError(_("Remove the invisible or control characters."), code="characters")
    if _LINK.search(text):
        raise ValidationError(_("Remove the web address: only the name belongs here."), code="link")
