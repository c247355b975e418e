"""The company's details, founding a company, and switching between several."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SESSION_KEY, company_not_needed, role_required
from accounts.forms import CompanyForm, CompanyNewForm, SwitchForm
from accounts.founding import found_company
from accounts.models import PendingCompany, Role, Supplier

CHANGES_SHOWN = 10
SHARING_SHOWN = 5


def company(request):
    supplier = request.supplier
    changes = supplier.audit_entries.filter(kind="bank_account_changed").select_related("actor")
    context = {
        "supplier": supplier,
        "accounts": supplier.bank_accounts.current(),
        "changes": changes[:CHANGES_SHOWN],
        "documents": supplier.documents.order_by("detail", "-uploaded_at"),
        "today": timezone.localdate(),
    }
    return render(request, "accounts/company.html", context)


@role_required(Role.ADMIN)
def company_edit(request):
    # A copy, so that the page's head keeps the saved name.
    supplier = Supplier.objects.get(pk=request.supplier.pk)
    form = CompanyForm(request.POST or None, instance=supplier)
    if request.method == "POST" and form.is_valid():
        if changed := form.changed_values():
            supplier.change_details(changed, now=timezone.now(), actor=request.user)
        messages.success(request, _("Company details are saved."))
        return redirect("accounts:company")
    return render(request, "accounts/company_edit.html", {"form": form})


@company_not_needed
def company_new(request):
    # Companies of the person's e-mail domain may be theirs: the page offers to ask those first.
    if request.membership:
        return redirect("home")
    pending = PendingCompany.objects.filter(user=request.user).first()
    form = CompanyNewForm(
        request.POST or None, initial=pending and {"name": pending.name, "country": pending.country}
    )
    if request.method == "POST" and form.is_valid():
        found_company(
            request.user,
            name=form.cleaned_data["name"],
            country=form.cleaned_data["country"],
            now=timezone.now(),
            is_first=True,
        )
        return redirect("home")
    asked = request.user.join_requests.pending().select_related("supplier")
    waiting = [join_request.supplier_id for join_request in asked]
    sharing = Supplier.objects.sharing_domain(request.user.email).exclude(pk__in=waiting)[
        :SHARING_SHOWN
    ]
    return render(
        request, "accounts/company_new.html", {"form": form, "asked": asked, "sharing": sharing}
    )


@company_not_needed
@require_POST
def switch(request):
    form = SwitchForm(request.POST)
    supplier = form.cleaned_data["supplier"] if form.is_valid() else None
    membership = get_object_or_404(
        request.user.memberships.active().select_related("supplier"), supplier=supplier
    )
    request.session[SESSION_KEY] = str(membership.supplier_id)
    messages.success(
        request, _("You now work for %(supplier)s.") % {"supplier": membership.supplier}
    )
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, {request.get_host()}, require_https=request.is_secure()
    )
    return redirect(target if safe else "home")
