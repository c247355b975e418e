import pytest

from portal.words import particle


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
        ("포털 2", "을/를", "를"),
        ("포털 3", "을/를", "을"),
        ("", "을/를", ""),
        ("!!!", "을/를", ""),
    ],
)
def test_a_particle_follows_the_sound(name, pair, expected):
    assert particle(name, pair) == expected
