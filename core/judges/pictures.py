"""Pictures: decoded, so that none breaks the program of the person who looks at it."""

import io
from typing import BinaryIO

# MPO is what some phones write as JPEG: Pillow loads it when it meets one.
from PIL import Image, MpoImagePlugin, PngImagePlugin  # noqa: F401

from core.judges import Refused, damage_refused

DECODED = 384 * 2**20  # bytes; a scan of A3 at 600 dots an inch takes 280 MB in colour
END = b"\xff\xd9"  # how a JPEG ends

# All that opening a picture needs is loaded now: later the child may not be able to.
Image.preinit()
# Its limit is a number of pixels, whatever each of them takes.
Image.MAX_IMAGE_PIXELS = None
# Photoshop writes metadata longer than Pillow's megabyte; the child's memory is limited anyway.
PngImagePlugin.MAX_TEXT_CHUNK = PngImagePlugin.MAX_TEXT_MEMORY


def judge_picture(file: BinaryIO, pillow_format: str) -> None:
    """Raise Refused for a picture that is broken or that takes too much memory."""
    content = file.read()
    # Cameras and old scanners leave the end mark out, and every viewer shows the picture.
    if pillow_format == "JPEG" and END not in content[-1024:]:
        content += END
    # Only the format that its first bytes tell: no other decoder sees the file.
    with (
        damage_refused(),
        Image.open(io.BytesIO(content), formats=[pillow_format]) as picture,
    ):
        # Asked before decoding: the header says the size, decoding takes the memory.
        if _decoded_size(picture) > DECODED:
            raise Refused("pixels")
        picture.load()


def _decoded_size(picture):
    # Pillow keeps three colours in four bytes.
    each = {"1": 1, "L": 1, "P": 1, "LA": 4, "I;16": 2}.get(picture.mode, 4)
    # A progressive JPEG is held whole, two bytes a value, until its last scan.
    if picture.info.get("progressive"):
        each += 2 * len(picture.getbands())
    return picture.width * picture.height * each
