"""Time zones that people choose."""

import zoneinfo
from datetime import tzinfo

from django.utils import timezone


def zone(name: str) -> tzinfo:
    """Return the time zone of that name; the portal's when this machine does not know it."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return timezone.get_default_timezone()
