"""Pictures: opened and decoded, so that none breaks the browser of the person who looks at it."""

import io
import warnings

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image

from core.uploads.refusals import broken

PIXELS = 50_000_000  # a scan of A4 at 600 dots an inch has 35 million


def check_picture(content: bytes, pillow_format: str) -> None:
    """Raise ValidationError for a picture that is broken or has too many pixels."""
    try:
        with warnings.catch_warnings():
            # Pillow only warns of a bomb up to twice its limit.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            # Only the format that its first bytes tell: no other decoder sees the file.
            with Image.open(io.BytesIO(content), formats=[pillow_format]) as picture:
                # Asked before decoding: the header says the size, decoding takes the memory.
                if picture.width * picture.height > PIXELS:
                    raise _too_many_pixels()
                picture.verify()
            # verify() leaves a picture unusable; load() finds what only decoding shows.
            with Image.open(io.BytesIO(content), formats=[pillow_format]) as picture:
                picture.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except (OSError, SyntaxError, ValueError):
        raise broken() from None


def _too_many_pixels():
    return ValidationError(
        _("The picture has too many pixels. Save it with a lower resolution."), code="bomb"
    )
