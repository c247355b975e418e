"""Pages that anybody may read, and what machines ask."""

import re
from functools import cache

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.views import i18n
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST

from portal import jobs
from portal.legal import VERSION
from portal.models import Mail

HELP = ("how-to-connect", "how-to-register", "customer-setup", "adding-users", "faq")
LATE_MINUTES = 10


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
    """A page of prose in the reader's language; its numbers come from the settings."""
    names = [name for name in dir(settings) if name.startswith("PORTAL_") and name != "PORTAL_NAME"]
    numbers = {name.removeprefix("PORTAL_").lower(): getattr(settings, name) for name in names}
    context = numbers | {"version": VERSION, "time_zone": settings.TIME_ZONE}
    body = render_to_string(template.format(translation.get_language()), context, request)
    heading = re.search("<h1>(.+)</h1>", body)[1]
    return render(request, frame, context | {"body": body, "heading": heading})


@login_not_required
@require_POST
def set_language(request):
    """Django's switch; who is signed in keeps the choice."""
    language = request.POST.get("language", "")
    if request.user.is_authenticated and language in dict(settings.LANGUAGES):
        get_user_model().objects.filter(pk=request.user.pk).update(language=language)
    return i18n.set_language(request)


@login_not_required
@cache_control(public=True, max_age=3600)
def brand_css(request):
    """The one stylesheet that the server writes: the operator's colour."""
    rule = f"@layer tokens {{ :root {{ --brand: {settings.BRAND_COLOUR}; }} }}\n"
    return HttpResponse(rule, content_type="text/css")


def bad_request(request, exception=None):
    """The page in both languages for a request that is broken: nobody can tell from it who asks, or in which."""
    return HttpResponseBadRequest(render_to_string("400.html"))


@login_not_required
def healthz(request):
    """The process answers."""
    return JsonResponse({"process": "ok"})


@login_not_required
def readyz(request):
    """503 without database or with migrations to do; a silent worker, late mail and failed jobs are only told."""
    try:
        _find_migrations_done()
        now = timezone.now()
        waiting = Mail.objects.oldest_waiting(now)
        late = waiting and (now - waiting).total_seconds() > LATE_MINUTES * 60
        state = {"worker": "ok" if jobs.worker_is_alive(now) else "silent", "mail": "late" if late else "ok"}
        state["failed_jobs"] = jobs.failed().count()
    except DatabaseError:
        return JsonResponse({"database": "unreachable"}, status=503)
    except MigrationsMissing:
        return JsonResponse({"database": "ok", "migrations": "missing"}, status=503)
    return JsonResponse(state | {"database": "ok", "migrations": "ok"})


class MigrationsMissing(Exception):
    """The database is behind the code."""


@cache
def _find_migrations_done():
    """MigrationsMissing when there are migrations to do. Once there are none it is not asked again: they can't become undone."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise MigrationsMissing
