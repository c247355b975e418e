"""What a browser calls itself, in words that its person knows it by."""

from django.utils.translation import gettext as _

# The first that the name holds counts: most browsers also say that they are Chrome and Safari.
BROWSERS = {
    "Edg": "Edge", "OPR/": "Opera", "SamsungBrowser": "Samsung Internet", "Whale": "Whale", "Firefox": "Firefox", "FxiOS": "Firefox",
    "Chrome": "Chrome", "CriOS": "Chrome", "Safari": "Safari",
}  # fmt: skip
SYSTEMS = {
    "iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "CrOS": "ChromeOS", "Windows": "Windows", "Mac OS": "macOS",
    "Linux": "Linux",
}  # fmt: skip


def named(agent):
    """'Mozilla/5.0 (Windows NT 10.0; …) … Chrome/141.0 Safari/537.36' -> 'Chrome on Windows'.

    One of the two alone when the other is unknown; what names neither stays as it is, cut.
    """
    browser = next((word for sign, word in BROWSERS.items() if sign in agent), "")
    system = next((word for sign, word in SYSTEMS.items() if sign in agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or agent[:80]
