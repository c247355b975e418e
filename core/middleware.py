"""What every request passes: broken ones are refused, every answer carries our headers."""

from django.conf import settings
from django.shortcuts import render
from pghistory.middleware import HistoryMiddleware

from core.errors import bad_request
from core.logs import LINK_PATHS, cut


def refuse_broken_requests(get_response):
    """400 for a NUL byte in the address or a body that says it is not UTF-8."""

    def middleware(request):
        charset = (request.content_params or {}).get("charset", "utf-8").lower()
        in_address = "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", "")
        if in_address or charset not in ("utf-8", "utf8"):
            return bad_request(request)
        return get_response(request)

    return middleware


class History(HistoryMiddleware):
    """Who changed a row, and on which page; the token of a signed link is no part of history."""

    def get_context(self, request):
        context = super().get_context(request)
        return context | {"url": cut(context["url"])}


def headers(get_response):
    """No powers for the page, and nothing of a signed-in page or of one behind a mailed link in a shared cache."""

    def middleware(request):
        response = get_response(request)
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()"
        )
        ours_alone = settings.SESSION_COOKIE_NAME in request.COOKIES or request.path.startswith(
            LINK_PATHS
        )
        if ours_alone and not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "no-store, private")
        return response

    return middleware


def pages_only(get_response):
    """Who opens the address of a button as a page, as after a change of language, is told so; Django's answer is empty."""

    def middleware(request):
        response = get_response(request)
        if response.status_code == 405 and request.method == "GET":
            page = render(request, "405.html", status=405)
            page["Allow"] = response["Allow"]
            return page
        return response

    return middleware
