"""Bank accounts as values: {bank, number, holder, iban, bic}, either domestic or by IBAN."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from stdnum import bic, iban
from stdnum.exceptions import ValidationError as NumberError

from accounts.names import validate_name

PARTS = ("bank", "number", "holder", "iban", "bic")
KOREAN_BANKS = (
    "국민은행", "신한은행", "우리은행", "하나은행", "농협은행", "기업은행",
    "SC제일은행", "한국씨티은행", "산업은행", "수협은행",
    "iM뱅크", "부산은행", "경남은행", "광주은행", "전북은행", "제주은행",
    "카카오뱅크", "케이뱅크", "토스뱅크", "새마을금고", "신협", "우체국",
)  # fmt: skip


def clean_bank_account(values: dict[str, str]) -> dict[str, str]:
    """Return the values as they are kept.

    Raises ValidationError with a message for each part that is wrong.
    """
    kept = {part: " ".join((values.get(part) or "").split()) for part in PARTS}
    wrong = {}
    for part in ("bank", "holder"):
        try:
            validate_name(kept[part])
        except ValidationError as error:
            wrong[part] = error.messages
    if not kept["holder"]:
        wrong["holder"] = _("Type the name that the account is in.")
    if kept["iban"]:
        wrong |= _clean_international(kept)
    else:
        wrong |= _clean_domestic(kept)
    if wrong:
        raise ValidationError(wrong)
    return kept


def _clean_international(kept):
    wrong = {}
    if kept["number"]:
        wrong["number"] = _("Give the IBAN or the account number, not both.")
    try:
        kept["iban"] = iban.format(iban.validate(kept["iban"]))
    except NumberError:
        wrong["iban"] = _("This is not an IBAN. Check its letters and digits.")
    try:
        kept["bic"] = bic.validate(kept["bic"]) if kept["bic"] else ""
    except NumberError:
        wrong["bic"] = _("This is not a BIC. It has 8 or 11 letters and digits.")
    return wrong


def _clean_domestic(kept):
    wrong = {}
    kept["bic"] = ""
    if not kept["bank"]:
        wrong["bank"] = _("Type the name of the bank.")
    digits = kept["number"].replace("-", "").replace(" ", "")
    # 34, as the longest IBAN: countries without IBAN have letters in their numbers too.
    if not (digits.isascii() and digits.isalnum() and 6 <= len(digits) <= 34):
        wrong["number"] = _("Type the account number: 6 to 34 digits.")
    return wrong


def masked(values: dict[str, str]) -> str:
    """Return the account as '국민은행 ••••1234': enough to recognise it, not to use it."""
    number = (values["iban"] or values["number"]).replace(" ", "").replace("-", "")
    return f"{values['bank']} ••••{number[-4:]}".strip()
