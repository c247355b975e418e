"""Business registration numbers by country."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from stdnum import get_cc_module
from stdnum.exceptions import ValidationError as NumberError

_WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)


def clean_registration_number(number, country):
    """The number as its country writes it; ValidationError for one that can't be. Countries without a known form take any."""
    number = number.strip()
    if not number:
        return ""
    if country == "KR":
        return _korean(number)
    module = get_cc_module(country, "vat") if country else None
    if module is None:
        return number
    try:
        return (
            module.format(number) if module.validate(number) and hasattr(module, "format") else module.compact(number)
        )
    except NumberError:
        raise ValidationError(
            _("This is not a registration number of that country. Check its digits."), code="number"
        ) from None


def _korean(number):
    """'1208147521' -> '120-81-47521'. The check digit is as the National Tax Service defines it."""
    digits = [int(character) for character in number if character.isdecimal() and character.isascii()]
    if len(digits) != 10:
        message = _("Business registration number must have 10 digits. You entered %(number)d.")
        raise ValidationError(message % {"number": len(digits)}, code="length")
    total = sum(digit * weight for digit, weight in zip(digits, _WEIGHTS, strict=False)) + digits[8] * 5 // 10
    if (10 - total % 10) % 10 != digits[9]:
        raise ValidationError(_("The last digit does not fit the others. Check the number."), code="check_digit")
    text = "".join(map(str, digits))
    return f"{text[:3]}-{text[3:5]}-{text[5:]}"
