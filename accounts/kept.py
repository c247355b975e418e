"""What was typed when the session had ended: kept a while, given back to the same person after logging in, never sent by itself."""

import time

from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.urls import reverse

from portal.posting import posted_from

SESSION_KEY = "kept"
SECONDS = 15 * 60
LARGEST = 200_000  # characters

_signer = signing.Signer(salt="accounts.kept")


def typing_survives(page, *arguments):
    """Mark a POST view whose text outlives the session; `page` is the view that shows the form again, by these arguments."""

    def decorate(view):
        posted = posted_from(page, *arguments)(view)
        posted.typing_survives = page, arguments
        return posted

    return decorate


def mark(user):
    """The hidden value of a form that says whose text it is."""
    return _signer.sign(str(user.pk))


def take(request):
    """The text kept for this page and this person, {name: [values]}, once; None without any."""
    kept = request.session.get(SESSION_KEY)
    if not kept or kept["page"] != request.path:
        return None
    del request.session[SESSION_KEY]
    fresh = time.time() - kept["at"] < SECONDS
    return kept["typed"] if fresh and kept["who"] == str(request.user.pk) else None


class KeepTyping:
    """Stands before the middleware that asks to log in."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        marked = getattr(view, "typing_survives", None)
        if not marked or request.method != "POST" or request.user.is_authenticated:
            return None
        page, arguments = marked
        path = reverse(page, args=[kwargs[name] for name in arguments])
        try:
            who = _signer.unsign(request.POST.get("who", ""))
        except signing.BadSignature:
            return None
        typed = {name: values for name, values in request.POST.lists() if name not in ("csrfmiddlewaretoken", "who")}
        if sum(len(value) for values in typed.values() for value in values) <= LARGEST:
            request.session[SESSION_KEY] = {"page": path, "who": who, "typed": typed, "at": time.time()}
        return redirect_to_login(path)
