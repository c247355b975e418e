"""The portal's one stylesheet: the files of static/css, one a component, and the operator's colour.

Written by the server, so that nothing has to be built and a first visit asks once, not for each
component.
"""

import hashlib
from functools import cache

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page

FOLDER = settings.BASE_DIR / "static" / "css"
# In the order of the cascade: the first declares the layers, later rules of a layer win.
FILES = """
    tokens base layout icons plates line topbar stations menu footer buttons details
    status notice fields choices search captcha table customers agenda rows notes facts
    filters ticks split learn empty art crumbs pager flow said entrance languages prose
    codes steps uploads document utilities print
""".split()
A_YEAR = 365 * 24 * 3600


@cache
def text() -> str:
    """Put the files together, with the operator's colour behind the tokens that it replaces."""
    parts = [(FOLDER / f"{name}.css").read_text() for name in FILES]
    colour = f"@layer tokens {{ :root {{ --brand: {settings.BRAND_COLOUR}; }} }}\n"
    return "".join([parts[0], colour, *parts[1:]])


def version() -> str:
    """Name the text, so that a browser keeps it until it changes."""
    if settings.DEBUG:
        text.cache_clear()
    return hashlib.sha256(text().encode()).hexdigest()[:12]


@login_not_required
@cache_control(public=True, max_age=A_YEAR, immutable=True)
@gzip_page
def stylesheet(request: HttpRequest, version: str) -> HttpResponse:
    return HttpResponse(text(), content_type="text/css")
