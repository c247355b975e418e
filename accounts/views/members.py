"""Setup > Admin > a member: their role, and whether they work here; leaving the company."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import role_required
from accounts.forms import RoleForm
from accounts.models import Role
from accounts.views.team import explain_refusals


def get_member_or_404(request, key):
    # Inactive members too, for an admin reactivates them here.
    members = request.supplier.memberships.select_related("user", "supplier")
    return get_object_or_404(members, key=key)


@role_required(Role.ADMIN)
def member(request, key):
    return member_page(request, get_member_or_404(request, key))


def member_page(request, member, **forms):
    """Render the page of a member; `forms` are bound forms, by their names in the template."""
    context = {"member": member, "role_form": RoleForm(initial={"role": member.role})}
    return render(request, "accounts/member.html", context | forms)


@role_required(Role.ADMIN)
@require_POST
@explain_refusals
def member_role(request, key):
    member = get_member_or_404(request, key)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return member_page(request, member, role_form=form)
    member.change_role(form.cleaned_data["role"], now=timezone.now(), actor=request.user)
    messages.success(request, _("%(name)s: the role is saved.") % {"name": member.user})
    return redirect("accounts:team")


@role_required(Role.ADMIN)
@require_POST
@explain_refusals
def member_deactivate(request, key):
    member = get_member_or_404(request, key)
    member.deactivate(now=timezone.now(), actor=request.user)
    messages.success(request, _("%(name)s no longer works here.") % {"name": member.user})
    return redirect("accounts:team")


@role_required(Role.ADMIN)
@require_POST
@explain_refusals
def member_reactivate(request, key):
    member = get_member_or_404(request, key)
    member.reactivate(now=timezone.now(), actor=request.user)
    messages.success(request, _("%(name)s works here again.") % {"name": member.user})
    return redirect("accounts:team")


@explain_refusals
def leave(request):
    if request.method != "POST":
        return render(request, "accounts/leave.html")
    request.membership.deactivate(now=timezone.now(), actor=request.user)
    messages.success(
        request, _("You no longer work for %(supplier)s.") % {"supplier": request.supplier}
    )
    return redirect("home")
