import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from accounts.numbers import clean_registration_number


@pytest.mark.parametrize(
    ("number", "country", "expected"),
    [
        ("120-81-47521", "KR", "120-81-47521"),
        ("2208162517", "KR", "220-81-62517"),
        (" 124 81 00998 ", "KR", "124-81-00998"),
        ("", "KR", ""),
        ("12-X", "QA", "12-X"),
        ("12-X", "", "12-X"),
        ("DE136695976", "DE", "136695976"),
        ("04595257", "TW", "04595257"),
        ("91110000600037341L", "CN", "91110000600037341L"),
    ],
)
def test_numbers_are_written_as_their_country_does(number, country, expected):
    assert clean_registration_number(number, country) == expected


@pytest.mark.parametrize(
    ("number", "country", "words"),
    [
        ("220-81-62518", "KR", "The last digit does not fit the others. Check the number."),
        ("120-81-4752", "KR", "Business registration number must have 10 digits. You entered 9."),
        ("٣٤٥٦٧٨٩٠١٢", "KR", "Business registration number must have 10 digits. You entered 0."),
        (
            "1" * 10_000,
            "KR",
            "Business registration number must have 10 digits. You entered 10000.",
        ),
        ("12-X", "US", "This is not a registration number of that country. Check its digits."),
        (
            "DE136695977",
            "DE",
            "This is not a registration number of that country. Check its digits.",
        ),
        ("💥", "TW", "This is not a registration number of that country. Check its digits."),
    ],
)
def test_a_wrong_number_is_refused_in_words_that_help(number, country, words):
    with translation.override("en"), pytest.raises(ValidationError) as refusal:
        clean_registration_number(number, country)
    assert [str(message) for message in refusal.value.messages] == [words]


@pytest.mark.parametrize("wrong", range(9))
def test_any_single_wrong_digit_of_a_korean_number_is_noticed(wrong):
    digits = list("1208147521")
    digits[wrong] = str((int(digits[wrong]) + 1) % 10)
    with pytest.raises(ValidationError):
        clean_registration_number("".join(digits), "KR")


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("DE136695976", "DE"),  # value added tax
        ("HRB 11223, Aachen", "DE"),  # register of companies
        ("552 008 443", "FR"),  # siren
        ("12-3456789", "US"),  # employer identification number
    ],
)
def test_any_number_that_companies_of_a_country_have_will_do(number, country):
    assert clean_registration_number(number, country)
