"""Name browsers in words that people know them by."""

from django.utils.translation import gettext as _

# The first that the name holds counts: most browsers also say that they are Chrome and Safari.
BROWSERS = {
    "Edg": "Edge", "OPR/": "Opera", "SamsungBrowser": "Samsung Internet", "Whale": "Whale",
    "Firefox": "Firefox", "FxiOS": "Firefox", "Chrome": "Chrome", "CriOS": "Chrome",
    "Safari": "Safari",
}  # fmt: skip
# Likewise: Android says that it is Linux, and an iPhone that it is like Mac OS.
SYSTEMS = {
    "iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "CrOS": "ChromeOS",
    "Windows": "Windows", "Mac OS": "macOS", "Linux": "Linux",
}  # fmt: skip


def named(agent: str) -> str:
    """Name browser and system of a User-Agent header: 'Chrome on Windows'.

    Returns one of the two when the other is unknown, and the header itself, cut, when both are.
    """
    browser = next((word for sign, word in BROWSERS.items() if sign in agent), "")
    system = next((word for sign, word in SYSTEMS.items() if sign in agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or agent[:80]
