"""Advice on passwords, and what we refuse beyond Django's own checks."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

ADVICE = gettext_lazy("At least 9 characters. Four words you will remember work well.")
BANNED = ("supplier", "portal", "password", "공급업체", "비밀번호")


class PortalWordsValidator:
    """Refuses passwords made of little more than the product's own words."""

    def validate(self, password: str, user=None) -> None:
        rest = password.lower()
        for word in (*settings.PORTAL_NAME.lower().split(), *BANNED):
            rest = rest.replace(word, "")
        letters = rest.strip("0123456789!@#$%^&*.-_ ")
        # Fewer than three letters besides our words, digits and signs are no password.
        if len(letters) < 3 and len(rest) < len(password):
            raise ValidationError(
                _("Choose a password that does not consist of this portal’s words."),
                code="portal_words",
            )

    def get_help_text(self):
        return ADVICE
