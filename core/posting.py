"""Guard addresses that are only posted to."""

from collections.abc import Callable
from functools import wraps

from django.shortcuts import redirect
from django.views.decorators.http import require_POST


def posted_from(page: str, *arguments: str) -> Callable:
    """Let a view be posted to only; lead a browser that opens its address to the view `page`.

    Use it as a decorator of views that answer with a page of their own: a reload or a change of
    language opens their address. `arguments` name those of the view that `page` takes too.
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
