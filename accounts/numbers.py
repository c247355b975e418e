"""Business registration numbers by country."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from stdnum import get_cc_module
from stdnum.exceptions import ValidationError as NumberError

# What python-stdnum calls the numbers of companies: for value added tax, other taxes, and the
# register of companies.
_KINDS = (
    "vat", "businessid", "ein", "tin", "stnr", "handelsregisternummer", "siren", "siret",
    "orgnr", "utr", "uscc", "cn", "mst", "cvr", "iva", "cif", "ubn", "gstin", "uen", "npwp",
    "abn", "acn", "bn",
)  # fmt: skip
_WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)  # of the first nine digits of a Korean number


def clean_registration_number(number: str, country: str) -> str:
    """Return the number as its country writes it; raises ValidationError for a wrong number.

    A country whose numbers have no form that we know takes any.
    """
    number = number.strip()
    if not number:
        return ""
    if country == "KR":
        return _clean_korean(number)
    modules = [get_cc_module(country, name) for name in _KINDS] if country else []
    modules = [module for module in modules if module]
    for module in modules:
        try:
            compact = module.validate(number)
        except NumberError:
            continue
        return module.format(compact) if hasattr(module, "format") else compact
    if modules:
        raise ValidationError(
            _("This is not a registration number of that country. Check its digits."), code="number"
        )
    return number


def _clean_korean(number):
    # ASCII only: isdecimal() takes Arabic and Thai digits too.
    digits = [int(sign) for sign in number if sign.isascii() and sign.isdecimal()]
    if len(digits) != 10:
        message = _("Business registration number must have 10 digits. You entered %(number)d.")
        raise ValidationError(message % {"number": len(digits)}, code="length")
    # The check digit, as the National Tax Service defines it.
    weighted = zip(digits[:9], _WEIGHTS, strict=True)
    total = sum(digit * weight for digit, weight in weighted) + digits[8] * 5 // 10
    if (10 - total % 10) % 10 != digits[9]:
        raise ValidationError(
            _("The last digit does not fit the others. Check the number."), code="check_digit"
        )
    text = "".join(map(str, digits))
    return f"{text[:3]}-{text[3:5]}-{text[5:]}"
