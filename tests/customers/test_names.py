import pytest

from customers.search.hangul import initials, romanise, typed_in_hangul
from customers.search.names import is_searchable, keys, readings, same_words, sound


@pytest.mark.parametrize(
    ("name", "key"),
    [("Coupa Software Incorporated", "coupa software"), ("Samsung Electronics Co., Ltd.", "samsung electronics"),
     ("Müller GmbH & Co. KG", "muller"), ("삼성전자(주)", "samseongjeonja"), ("㈜포스코", "posko"), ("Banco de México S.A.", "banco mexico"),
     ("A. O. Smith", "a o smith"), ("AT&T Inc.", "at t")],
)  # fmt: skip
def test_a_name_loses_its_legal_form_accents_and_small_words(name, key):
    assert keys(name)[0].key == key


@pytest.mark.parametrize("name", ["Ltd.", "주식회사", "", "!!", "GmbH & Co. KG", "\x00", "\udcff"])
def test_nothing_but_a_legal_form_has_no_key(name):
    assert keys(name) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [("Coupang", "쿠팡"), ("Hyundai", "현대"), ("Celltrion", "셀트리온"), ("Samsung", "삼성")],
)
def test_latin_and_hangul_that_sound_alike_have_the_same_sound(one, other):
    assert keys(one)[0].sound == keys(other)[0].sound


def test_business_words_and_letter_names_are_read_in_english():
    assert {"samseong electronics", "lg electronics"} <= {
        made.key for name in ("삼성전자", "엘지전자") for made in keys(name)
    }


def test_letters_typed_in_the_other_layout_are_understood():
    assert typed_in_hangul("dkssud") == "안녕"
    assert any(reading.keys.key == "coupa" for reading in readings("채ㅕㅔㅁ")[0])


@pytest.mark.parametrize(
    ("typed", "meant"), [("둗ㄱ햨ㄷㄱ", "energizer"), ("늠ㄱㅅ ㅍ두셕ㄷㄴ", "smart ventures")]
)
def test_syllables_among_lone_consonants_may_be_latin_keys(typed, meant):
    assert readings(typed)[0][0].keys.key == meant
    assert readings(typed)[1]


def test_initial_consonants_are_kept_apart():
    assert readings("ㅅㅅㅈㅈ") == ([], "jjmm")
    assert initials("삼성전자") == "jjmm"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("lg", True), ("ㅅㅅ", True), ("a", False), ("ㅋ", False), ("Ltd.", False), ("삼", False)],
)
def test_what_can_be_searched_for(text, expected):
    assert is_searchable(text) == expected


def test_the_same_words_are_the_same_without_case_accents_and_form():
    assert same_words("  COUPA Software, Inc. ") == same_words("coupa software")


def test_a_silent_vowel_falls_away():
    assert romanise("포스코") == "posko"
    assert sound("posco") == "posko"


@pytest.mark.parametrize(
    "text", ["x" * 100_000, "ㅅ" * 10_000, "💥" * 500, "%_%", "\udcff\x00", "a " * 5_000]
)
def test_any_text_is_read_quickly_into_few_readings(text):
    understood, consonants = readings(text)
    assert len(understood) <= 8
    assert len(consonants) <= 100
