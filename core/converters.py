"""Converters of parts of addresses."""

from django.urls import register_converter
from django.urls.converters import StringConverter

from core.models.links import LONGEST


class TokenConverter(StringConverter):
    """The token of a link: any text, so that a link cut by a mail program still gets our page."""

    regex = rf"[^/]{{1,{LONGEST}}}"


register_converter(TokenConverter, "token")
