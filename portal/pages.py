"""Pages that anybody may read: help, legal texts, and the choice of a language."""

import re

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.views import i18n
from django.views.decorators.http import require_POST

from accounts.legal import VERSION

HELP = ("how-to-connect", "how-to-register", "customer-setup", "adding-users", "faq")


@login_not_required
def help_index(request):
    return render(request, "help/index.html")


@login_not_required
def help_page(request, slug):
    if slug not in HELP:
        raise Http404
    return _prose(request, f"help/{{}}/{slug}.html", "help/page.html")


@login_not_required
def privacy(request):
    return _prose(request, "legal/{}/privacy.html")


@login_not_required
def terms(request):
    return _prose(request, "legal/{}/terms.html")


@login_not_required
def accessibility(request):
    return _prose(request, "legal/{}/accessibility.html")


def _prose(request, template, frame="legal/page.html"):
    # A text that says “30 days” says what is in force: {{ request_days }} is PORTAL_REQUEST_DAYS.
    names = [name for name in dir(settings) if name.startswith("PORTAL_") and name != "PORTAL_NAME"]
    numbers = {name.removeprefix("PORTAL_").lower(): getattr(settings, name) for name in names}
    context = numbers | {"version": VERSION, "time_zone": settings.TIME_ZONE}
    body = render_to_string(template.format(translation.get_language()), context, request)
    # Taken from the text, so that the page's title is translated once.
    heading = re.search("<h1>(.+)</h1>", body)[1]
    return render(request, frame, context | {"body": body, "heading": heading})


@login_not_required
@require_POST
def set_language(request):
    # Django keeps the choice in a cookie; a signed-in person's mail follows it too.
    language = request.POST.get("language", "")
    if request.user.is_authenticated and language in dict(settings.LANGUAGES):
        get_user_model().objects.filter(pk=request.user.pk).update(language=language)
    return i18n.set_language(request)
