import pytest
from django.utils import translation
from django.utils.html import conditional_escape
from django_countries import countries

from core.particles import particle
from core.templatetags.portal import spoken


@pytest.mark.parametrize(
    ("name", "pair", "expected"),
    [
        ("한빛식품", "을/를", "을"),
        ("쿠파", "을/를", "를"),
        ("Supplier Portal", "을/를", "을"),
        ("Acme", "은/는", "는"),
        ("삼성", "이/가", "이"),
        ("서울", "으로/로", "로"),
        ("부산", "으로/로", "으로"),
        ("Coopang Corp.", "과/와", "과"),
        ("SK", "을/를", "를"),
        ("IBM", "을/를", "을"),
        ("Apple", "을/를", "을"),
        ("Google", "으로/로", "로"),
        ("Mac", "을/를", "을"),
        ("Robot", "이/가", "이"),
        ("Microsoft", "이/가", "가"),
        ("포털 2", "을/를", "를"),
        ("포털 3", "을/를", "을"),
        ("", "을/를", ""),
        ("!!!", "을/를", ""),
    ],
)
def test_a_particle_follows_the_sound(name, pair, expected):
    assert particle(name, pair) == expected


def test_only_known_pairs_are_taken():
    with pytest.raises(ValueError, match="와/과"):
        particle("한빛식품", "와/과")


def test_countries_stand_in_the_order_of_the_readers_language():
    with translation.override("ko"):
        names = [country.name for country in countries][5:]
    assert names[0] == "가나"
    assert names[-1] == "홍콩"
    assert "태국" in names


@pytest.mark.parametrize(
    ("language", "text", "shown"),
    [
        ("en", "김지혜", '<span lang="ko">김지혜</span>'),
        ("en", "<b>네</b>", '<span lang="ko">&lt;b&gt;네&lt;/b&gt;</span>'),
        ("en", "Ada Kim", "Ada Kim"),
        ("ko", "김지혜", "김지혜"),
        ("en", "", ""),
    ],
)
def test_korean_on_a_page_of_another_language_is_marked(language, text, shown):
    with translation.override(language):
        assert conditional_escape(spoken(text)) == shown
