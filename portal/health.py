"""What machines ask: whether the process lives, and whether the portal is ready."""

from functools import cache

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import JsonResponse
from django.utils import timezone

from core import jobs
from core.models import Mail

LATE_MINUTES = 10


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
        state = {
            "worker": "ok" if jobs.worker_is_alive(now) else "silent",
            "mail": "late" if late else "ok",
        }
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
