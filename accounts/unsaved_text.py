"""Text that could not be saved: kept a while for the same person, never sent by itself."""

import time
from collections.abc import Callable

from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.views import csrf

from accounts.models import User
from core.posting import posted_from

SESSION_KEY = "kept"
SECONDS = 15 * 60  # enough to log in again; at a shared computer nobody finds it hours later
HIDDEN = ("csrfmiddlewaretoken", "who", "version")

_signer = signing.Signer(salt="accounts.unsaved_text")


def keeps_unsaved_text(page: str, *arguments: str) -> Callable:
    """Mark a POST view whose text is not lost when it can't be saved.

    `page` is the view that shows the form again, by these arguments.
    """

    def decorate(view):
        posted = posted_from(page, *arguments)(view)
        posted.keeps_unsaved_text = page, arguments
        return posted

    return decorate


def owner_token(user: User) -> str:
    """Return the hidden value of a form that says whose text it holds."""
    return _signer.sign(str(user.pk))


def keep(request: HttpRequest) -> str | None:
    """Keep the text of a POST to a marked view.

    Returns the address of the page that shows the text again; None for any other request.
    """
    match = request.resolver_match
    marked = match and getattr(match.func, "keeps_unsaved_text", None)
    if not marked or request.method != "POST":
        return None
    try:
        who = _signer.unsign(request.POST.get("who", ""))
    except signing.BadSignature:
        return None
    page, arguments = marked
    path = reverse(page, args=[match.kwargs[name] for name in arguments])
    request.session[SESSION_KEY] = {
        "page": path,
        "who": who,
        "typed": dict(request.POST.lists()),
        "at": time.time(),
    }
    return path


def pop(request: HttpRequest) -> dict[str, list[str]] | None:
    """Return the text kept for this page and this person, and forget it.

    It comes as {name: [values]}; None where nothing is kept.
    """
    kept = request.session.get(SESSION_KEY)
    if not kept or kept["page"] != request.path:
        return None
    del request.session[SESSION_KEY]
    fresh = time.time() - kept["at"] < SECONDS
    return kept["typed"] if fresh and kept["who"] == str(request.user.pk) else None


def to_copy(request: HttpRequest) -> str:
    """Return all text posted just now, or kept, to be copied by hand.

    For a page that can't show its form any more.
    """
    typed = dict(request.POST.lists()) if request.method == "POST" else pop(request) or {}
    return "\n\n".join(
        text
        for name, texts in typed.items()
        if name not in HIDDEN
        for text in texts
        if text.strip()
    )


class UnsavedTextMiddleware:
    """Keeps what is posted without a session, and leads to log-in and back to the text.

    Settings list it before the middleware that asks to log in, which would drop the text.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        path = None if request.user.is_authenticated else keep(request)
        return redirect_to_login(path) if path else None


def csrf_failure(request, reason=""):
    # The page was opened before somebody logged in in another tab: open it anew, with its text.
    path = keep(request)
    return redirect(path) if path else csrf.csrf_failure(request, reason)
