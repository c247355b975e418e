"""Time zones that people choose."""

import zoneinfo

from django.utils import timezone


def zone(name):
    """The time zone of that name; the portal's when it is not known here (any more)."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return timezone.get_default_timezone()
