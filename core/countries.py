"""Names of countries that differ from those of django-countries."""

from django.utils.translation import gettext_lazy as _

NAMES = {
    # As people in Korea and in trade call them.
    "KR": _("South Korea"),
    "TW": _("Taiwan"),
    # The library's Korean names of these are wrong or out of date.
    "BI": _("Burundi"),
    "JE": _("Jersey"),
    "KY": _("Cayman Islands"),
    "MN": _("Mongolia"),
    "RO": _("Romania"),
    "SC": _("Seychelles"),
    "TH": _("Thailand"),
    "TR": _("Türkiye"),
}
