"""Tags and filters of all templates: icons, plates, the Korean particle after a name, addresses."""

import re
from datetime import date
from urllib.parse import urlsplit

from django import template
from django.forms import BoundField, Field
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import browsers, languages, particles

HANGUL = re.compile("[가-힣]")

register = template.Library()


@register.simple_tag
def icon(name: str) -> str:
    # Hidden from screen readers: an icon always stands beside a word.
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><use href="{}#i-{}"/></svg>',
        static("img/icons.svg"),
        name,
    )


@register.simple_tag
def link_glyph(name: str) -> str:
    # The line between two companies: none, wait, setup, on, off or gone.
    return format_html(
        '<svg class="link-glyph" viewBox="0 0 36 16" aria-hidden="true"><use href="{}#l-{}"/></svg>',
        static("img/icons.svg"),
        name,
    )


@register.simple_tag
def plate(name: str, kinds: str = "") -> str:
    """Draw a company as a square with two letters; kinds: 'large', 'mine'."""
    return format_html('<span class="plate {}" aria-hidden="true">{}</span>', kinds, _letters(name))


@register.simple_tag
def avatar(name: str) -> str:
    return format_html('<span class="avatar" aria-hidden="true">{}</span>', _letters(name))


@register.filter
def with_particle(name: str, pair: str) -> str:
    """Put a particle behind a name in Korean, as its sound asks: {{ name|with_particle:"을/를" }}."""
    return f"{name}{particles.particle(str(name), pair)}" if get_language() == "ko" else name


@register.filter
def spoken(text: str) -> str:
    """Mark a person's own words as Korean where the page around them is in another language."""
    # A screen reader takes its voice from the mark.
    marked = text and get_language() != "ko" and HANGUL.search(str(text))
    return format_html('<span lang="ko">{}</span>', text) if marked else text


@register.filter
def in_language(texts: dict[str, str]) -> str:
    return languages.pick(texts)


@register.filter
def as_date(text: str) -> date:
    return date.fromisoformat(text)


@register.filter
def breakable(address: str) -> str:
    name, at, domain = address.rpartition("@")
    # The line may break before the @.
    return format_html("{}<wbr>{}{}", name, at, domain)


@register.filter
def half_hidden(address: str) -> str:
    """Hide most of a mailbox: 'maria.jensen@organon.example' -> 'm•••@organon.example'."""
    name, at, domain = address.rpartition("@")
    return f"{name[:1]}•••{at}{domain}"


@register.filter
def browser(agent: str) -> str:
    return browsers.named(agent or "")


@register.filter
def shown_address(url: str) -> str:
    """Shorten a web address to its host: 'https://www.organon.example/kr' -> 'organon.example'."""
    return (urlsplit(url or "").hostname or "").removeprefix("www.")


@register.filter(is_safe=True)
def stripped(text):
    # Templates have white space around a text: their lines.
    return text.strip()


@register.filter
def punycode(address: str) -> str:
    """Show an address's domain as it travels, so that letters which only look alike are seen."""
    name, at, domain = address.rpartition("@")
    try:
        return name + at + domain.encode("idna").decode()
    except UnicodeError:
        return address


@register.filter
def wrong(field: BoundField) -> list[str]:
    """Say in sentences what is wrong with a field; ask for a missing answer by the field's name."""
    # In the summary above the form “This field is required.” would not say which.
    missing = Field.default_error_messages["required"]
    return [
        _("Answer this: %(question)s") % {"question": field.label} if error == missing else error
        for error in field.errors
    ]


@register.filter
def field_url(field: BoundField) -> str:
    # A group of radio buttons or boxes has no id of its own: its first control has.
    return field.id_for_label or f"{field.auto_id}_0"


def _letters(name):
    # 'Williams-Sonoma' -> 'WS', 'Organon' -> 'Or', '김지혜' -> '지혜'.
    parts = [
        part for part in name.replace("-", " ").replace("(주)", " ").split() if part[0].isalnum()
    ] or [name or "–"]
    first = parts[0]
    # A Korean name of three syllables is a person's: the family's, then two given.
    if "가" <= first[0] <= "힣":
        return first[-2:] if len(first) == 3 else first[:2]
    return first[0].upper() + (
        parts[1][0].upper() if len(parts) > 1 and parts[1][0].isascii() else first[1:2]
    )
