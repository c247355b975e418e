"""Texts that are kept in Korean and English side by side, as {"ko": …, "en": …}."""

from django.db.models import Model
from django.utils.translation import get_language

# What tables call a language, without its region: 'ko-KR', 'Korean', '한국어'.
_CODES = {
    "ko": {"ko", "kor", "kr", "korean", "한국어", "한글", "국문", "한"},
    "en": {"en", "eng", "english", "영어", "영문", "영"},
}


def language_code(text: str) -> str:
    """Return 'ko' or 'en' for what a table calls a language; other text comes back as it is."""
    word = text.casefold().replace("_", "-").partition("-")[0].strip()
    return next((code for code, words in _CODES.items() if word in words), text)


def both(row: Model, name: str) -> dict[str, str]:
    """Collect a row's columns <name>_ko and <name>_en; each stands in for an empty other."""
    korean, english = getattr(row, f"{name}_ko"), getattr(row, f"{name}_en")
    return {"ko": korean or english, "en": english or korean}


def pick(texts: dict[str, str]) -> str:
    return texts["ko" if get_language() == "ko" else "en"]
