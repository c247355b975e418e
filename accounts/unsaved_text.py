"""What was typed when it could not be saved: kept a while, given back to the same person, never sent by itself."""

import time

from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.shortcuts import redirect
from django.urls import reverse
from django.views import csrf

from core.posting import posted_from

SESSION_KEY = "kept"
SECONDS = 15 * 60
HIDDEN = ("csrfmiddlewaretoken", "who", "version")

_signer = signing.Signer(salt="accounts.unsaved_text")


def keeps_unsaved_text(page, *arguments):
    """Mark a POST view whose text is not lost; `page` is the view that shows the form again, by these arguments."""

    def decorate(view):
        posted = posted_from(page, *arguments)(view)
        posted.keeps_unsaved_text = page, arguments
        return posted

    return decorate


def owner_token(user):
    """The hidden value of a form that says whose text it is."""
    return _signer.sign(str(user.pk))


def keep(request):
    """Keep the text of a POST to a marked view and return the address that gives it back; None for any other request."""
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


def pop(request):
    """The text kept for this page and this person, {name: [values]}, once; None without any."""
    kept = request.session.get(SESSION_KEY)
    if not kept or kept["page"] != request.path:
        return None
    del request.session[SESSION_KEY]
    fresh = time.time() - kept["at"] < SECONDS
    return kept["typed"] if fresh and kept["who"] == str(request.user.pk) else None


def to_copy(request):
    """What was typed as one text, for a page that can't show its form any more: posted just now, or kept; '' for nothing."""
    typed = dict(request.POST.lists()) if request.method == "POST" else pop(request) or {}
    return "\n\n".join(
        text
        for name, texts in typed.items()
        if name not in HIDDEN
        for text in texts
        if text.strip()
    )


class UnsavedTextMiddleware:
    """Keeps what is posted without a session, leads to log-in and from there back to the page with the text.

    It has to be listed before the middleware that asks to log in, which would drop the text.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        path = None if request.user.is_authenticated else keep(request)
        return redirect_to_login(path) if path else None


def csrf_failure(request, reason=""):
    """The page was opened before somebody logged in in another tab: it opens anew, with its text."""
    path = keep(request)
    return redirect(path) if path else csrf.csrf_failure(request, reason)
