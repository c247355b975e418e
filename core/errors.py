"""The answer to a request that is broken."""

from django.http import HttpResponseBadRequest
from django.template.loader import render_to_string


def bad_request(request, exception=None):
    # Without context, in both languages: the middleware that knows person and language may not have
    # run.
    return HttpResponseBadRequest(render_to_string("400.html"))
