"""Answers for machines: whether the process lives, and whether the portal is ready."""

from functools import cache

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import JsonResponse
from django.utils import timezone

from core import jobs
from core.models import Mail

LATE_MINUTES = 10  # a living worker sends mail within seconds


@login_not_required
def healthz(request):
    # Without a look at the database: restarting the process would not mend it.
    return JsonResponse({"process": "ok"})


@login_not_required
def readyz(request):
    try:
        _refuse_missing_migrations()
        now = timezone.now()
        waiting = Mail.objects.oldest_waiting(now)
        late = waiting and (now - waiting).total_seconds() > LATE_MINUTES * 60
        state = {
            "worker": "ok" if jobs.worker_is_alive(now) else "silent",
            "mail": "late" if late else "ok",
            "failed_jobs": jobs.failed().count(),
        }
    except DatabaseError:
        return JsonResponse({"database": "unreachable"}, status=503)
    except MigrationsMissing:
        return JsonResponse({"database": "ok", "migrations": "missing"}, status=503)
    # 200 also with a silent worker, late mail or failed jobs: pages still work.
    return JsonResponse(state | {"database": "ok", "migrations": "ok"})


class MigrationsMissing(Exception):
    """The database is behind the code."""


# Once none is missing it is not asked again: migrations can't become undone. An exception is not
# cached.
@cache
def _refuse_missing_migrations():
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise MigrationsMissing
