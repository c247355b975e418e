"""Addresses that are only posted to."""

from functools import wraps

from django.shortcuts import redirect
from django.views.decorators.http import require_POST


def posted_from(page, *arguments):
    """Let a view be posted to only, which may answer with a page of its own.

    Whoever opens its address, as a reload or another language does, gets the view `page`, by these arguments of it.
    """

    def decorate(view):
        posted = require_POST(view)

        @wraps(view)
        def wrapper(request, *args, **kwargs):
            if request.method in ("GET", "HEAD"):
                return redirect(page, *[kwargs[name] for name in arguments])
            return posted(request, *args, **kwargs)

        return wrapper

    return decorate
