"""Middleware of every request: broken ones are refused, every answer carries our headers."""

from django.conf import settings
from django.shortcuts import render
from pghistory.middleware import HistoryMiddleware

from core.errors import bad_request
from core.logs import LINK_PATHS, cut


def refuse_broken_requests(get_response):
    """Answer 400 to a NUL byte in the address, and to a body that says it is not UTF-8."""

    def middleware(request):
        # PostgreSQL takes no NUL, and Django would answer 500 to an unknown charset.
        charset = (request.content_params or {}).get("charset", "utf-8").lower()
        in_address = "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", "")
        if in_address or charset not in ("utf-8", "utf8"):
            return bad_request(request)
        return get_response(request)

    return middleware


class HistoryContextMiddleware(HistoryMiddleware):
    """Tells pghistory which person changed a row on which page, without a signed link's token."""

    def get_context(self, request):
        context = super().get_context(request)
        return context | {"url": cut(context["url"])}


def headers(get_response):
    def middleware(request):
        response = get_response(request)
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()"
        )
        # Signed-in pages and those behind a mailed link belong in no cache. Static files do, also
        # when a signed-in browser asks for them.
        is_private = settings.SESSION_COOKIE_NAME in request.COOKIES or request.path.startswith(
            LINK_PATHS
        )
        if is_private and not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "no-store, private")
        return response

    return middleware


def pages_only(get_response):
    """Answer with a page when a browser opens the address of a button; Django's 405 is empty.

    It happens after a change of language, which returns to the address of the last page.
    """

    def middleware(request):
        response = get_response(request)
        if response.status_code == 405 and request.method == "GET":
            page = render(request, "405.html", status=405)
            page["Allow"] = response["Allow"]
            return page
        return response

    return middleware
