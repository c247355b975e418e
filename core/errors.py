"""The answer to a request that is broken."""

from django.http import HttpResponseBadRequest
from django.template.loader import render_to_string


def bad_request(request, exception=None):
    """The page in both languages for a request that is broken: nobody can tell from it who asks, or in which."""
    return HttpResponseBadRequest(render_to_string("400.html"))
