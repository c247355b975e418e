"""Profile > Take your data away, and after it: close the company."""

from contextlib import suppress

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import get_own_or_404, role_required
from accounts.company_closing import begin_closing, keep_open
from accounts.forms import PasswordForm
from accounts.models import Role
from core.models import today
from core.states import AlreadyDecided
from portal.leaving.models import KEPT_DAYS, Export, ExportStatus

SHOWN = 10


@role_required(Role.ADMIN)
@require_safe
def export(request):
    exports = list(request.supplier.exports.select_related("created_by")[:SHOWN])
    running = any(export.is_running for export in exports)
    context = {"exports": exports, "running": running, "days": KEPT_DAYS}
    return render(request, "portal/leaving/export.html", context)


@role_required(Role.ADMIN)
@require_POST
def export_start(request):
    Export.ask(request.supplier, actor=request.user, now=timezone.now())
    messages.success(request, _("We are making your file. The bell tells you when it is ready."))
    return redirect("leaving:export")


@role_required(Role.ADMIN)
@require_safe
def export_file(request, pk):
    ready = get_own_or_404(request, request.supplier.exports.filter(status=ExportStatus.READY), pk)
    name = f"{request.supplier.name}-{today(ready.created_at)}.zip"
    response = FileResponse(
        ready.file.open("rb"), as_attachment=True, filename=name, content_type="application/zip"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store, private"
    return response


@role_required(Role.ADMIN)
def company_close(request):
    # Not before its data is packed, for afterwards nobody can sign in to fetch it.
    packed = request.supplier.exports.filter(status=ExportStatus.READY).exists()
    form = PasswordForm(request.POST or None, user=request.user)
    form.fields["password"].help_text = _(
        "We ask again, because this closes the company for everybody."
    )
    if request.method == "POST" and packed and form.is_valid():
        with suppress(AlreadyDecided):
            begin_closing(request.supplier, now=timezone.now(), actor=request.user)
        return redirect("leaving:company_close")
    context = {
        "form": form,
        "packed": packed,
        "days": settings.PORTAL_CLOSING_DAYS,
        "years": settings.PORTAL_RECORD_YEARS,
    }
    return render(request, "portal/leaving/close.html", context)


@role_required(Role.ADMIN)
@require_POST
def company_keep(request):
    with suppress(AlreadyDecided):
        keep_open(request.supplier, now=timezone.now(), actor=request.user)
        messages.success(request, _("Your company stays open."))
    return redirect("accounts:company")
