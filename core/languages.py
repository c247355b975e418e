"""Texts that are kept in Korean and English side by side, as {"ko": …, "en": …}."""

from django.db.models import Model
from django.utils.translation import get_language


def both(row: Model, name: str) -> dict[str, str]:
    """Collect a row's columns <name>_ko and <name>_en; each stands in for an empty other."""
    korean, english = getattr(row, f"{name}_ko"), getattr(row, f"{name}_en")
    return {"ko": korean or english, "en": english or korean}


def pick(texts: dict[str, str]) -> str:
    return texts["ko" if get_language() == "ko" else "en"]
