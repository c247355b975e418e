"""Profile > Take your data away: an admin asks for everything that the portal holds about the company."""

from django.contrib import messages
from django.http import FileResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import own, role_required
from accounts.models import Role
from connections.models import Export
from connections.models.exports import KEPT_DAYS, State

SHOWN = 10


@role_required(Role.ADMIN)
@require_safe
def export(request):
    exports = list(request.supplier.exports.select_related("requested_by")[:SHOWN])
    running = any(one.state in (State.QUEUED, State.WORKING) for one in exports)
    context = {"exports": exports, "running": running, "days": KEPT_DAYS}
    return render(request, "connections/exports/export.html", context)


@role_required(Role.ADMIN)
@require_POST
def export_start(request):
    Export.ask(request.supplier, actor=request.user, now=timezone.now())
    messages.success(request, _("We are making your file. The bell tells you when it is ready."))
    return redirect("connections:export")


@role_required(Role.ADMIN)
@require_safe
def export_file(request, pk):
    ready = own(request, request.supplier.exports.filter(state=State.READY), pk)
    name = f"{request.supplier.name}-{ready.created_at:%Y-%m-%d}.zip"
    response = FileResponse(ready.file.open("rb"), as_attachment=True, filename=name, content_type="application/zip")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store, private"
    return response
