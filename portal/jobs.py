"""The worker's jobs for companies that leave: their export, their closing, forgetting them."""

import tempfile
from datetime import timedelta

from django.conf import settings
from django.core.files import File
from django.utils import timezone
from procrastinate import RetryStrategy

from accounts.models import Supplier
from core.jobs import app, each
from portal.leaving import archive, closing
from portal.leaving.models import KEPT_DAYS, Export, ExportStatus


# Three tries a minute apart: a person waits for the export.
@app.task(queue="default", retry=RetryStrategy(max_attempts=3, wait=60))
def make_export(row_id):
    export = Export.objects.select_related("supplier", "created_by").get(pk=row_id)
    # A worker may have been killed after the work: then it is done. Killed before, it starts anew.
    if not export.is_running:
        return
    with tempfile.TemporaryFile() as target:
        archive.write(export, target)
        target.seek(0)
        export.finish(File(target, name="export"), now=timezone.now())


@app.periodic(cron="35 3 * * *")
@app.task(queue="default", queueing_lock="forget_exports")
def forget_exports(timestamp):
    old = Export.objects.filter(
        status=ExportStatus.READY, finished_at__lt=timezone.now() - timedelta(days=KEPT_DAYS)
    )
    each(old, Export.forget)


@app.periodic(cron="20 4 * * *")
@app.task(queue="default", queueing_lock="close_companies")
def close_companies(timestamp):
    now = timezone.now()
    each(
        Supplier.objects.due_to_close(now).select_related("closing_by"),
        lambda supplier: closing.close(supplier, now=now),
    )


@app.periodic(cron="22 4 * * *")
@app.task(queue="default", queueing_lock="forget_companies")
def forget_companies(timestamp):
    before = timezone.now() - timedelta(days=365 * settings.PORTAL_RECORD_YEARS)
    each(Supplier.objects.filter(closed_at__lt=before).exclude(name=closing.GONE), closing.erase)
