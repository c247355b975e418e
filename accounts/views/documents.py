"""The company's documents: added and removed by admins, read by all."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import get_own_or_404, role_required
from accounts.forms import DocumentForm
from accounts.models import Document, Role


@role_required(Role.ADMIN)
def document_add(request):
    form = DocumentForm(request.POST or None, request.FILES or None, person=request.user)
    if request.method == "POST" and form.is_valid() and _kept(request, form):
        messages.success(
            request, _("Document saved. Customers get it only in the steps that you submit.")
        )
        return redirect("accounts:company")
    return render(request, "accounts/document.html", {"form": form})


def _kept(request, form):
    """Keep the document of a valid form; False, said beside the file, when there is no room."""
    said = form.cleaned_data
    try:
        Document.add(
            request.supplier,
            said["file"],
            said["detail"],
            said["expires_on"],
            actor=request.user,
            now=timezone.now(),
        )
    except ValidationError as error:
        form.add_error("file", error)
        return False
    return True


@require_safe
def document(request, pk):
    return get_own_or_404(request, request.supplier.documents, pk).as_attachment()


@role_required(Role.ADMIN)
@require_POST
def document_remove(request, pk):
    get_own_or_404(request, request.supplier.documents, pk).remove(
        actor=request.user, now=timezone.now()
    )
    messages.success(
        request, _("Document removed. What you submitted to customers stays with them.")
    )
    return redirect("accounts:company")
