"""The operator's colour, kept readable where the stylesheet can't do it: in mail."""

import colorsys


def mail_accent(colour: str) -> str:
    """Darken a colour, '#rrggbb', until it can be read as text on white; its hue stays."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    # WCAG asks for 4.5; the rest is for screens that show colours paler.
    while _contrast_to_white(red, green, blue) < 5 and lightness > 0:
        lightness -= 0.02
        red, green, blue = colorsys.hls_to_rgb(hue, max(lightness, 0), saturation)
    return "#" + "".join(f"{round(part * 255):02x}" for part in (red, green, blue))


def _contrast_to_white(*parts):
    # The contrast ratio as WCAG 2.2 defines it.
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)
