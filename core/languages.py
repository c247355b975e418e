"""Texts that are kept in Korean and English side by side, as {"ko": …, "en": …}."""

from django.utils.translation import get_language


def both(row, name):
    """The texts of a row's columns <name>_ko and <name>_en; where one is empty the other stands in."""
    korean, english = getattr(row, f"{name}_ko"), getattr(row, f"{name}_en")
    return {"ko": korean or english, "en": english or korean}


def pick(texts):
    """The one in the reader's language."""
    return texts["ko" if get_language() == "ko" else "en"]
