"""Setup > Admin: the supplier's members and invitations, and the record of their deeds."""

from functools import wraps

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import get_own_or_404, role_required
from accounts.forms import TeamInvitationForm
from accounts.models import AuditEntry, CannotInvite, LastAdmin, Role, TeamInvitation
from core.states import AlreadyDecided

A_PAGE = 50


def team(request):
    return _page(request, TeamInvitationForm())


def _page(request, form):
    supplier = request.supplier
    members = supplier.memberships.active().select_related("user").with_second_factor()
    context = {"page": Paginator(members, A_PAGE).get_page(request.GET.get("page")), "form": form}
    if request.membership.is_admin:
        asking = supplier.join_requests.pending().filter(user__closed_at=None)
        context |= {
            "asking": asking.select_related("user"),
            "invitations": supplier.team_invitations.pending(),
            "inactive": supplier.memberships.deactivated().select_related("user"),
            "now": timezone.now(),
        }
    elif not supplier.admins().exists():
        context |= {
            "leaderless": True,
            "asked": supplier.join_requests.pending().filter(user=request.user),
        }
    return render(request, "accounts/team.html", context)


def explain_refusals(view):
    """Let a view say on the team's page why the team could not be changed."""

    @wraps(view)
    def wrapper(request, *args, **kwargs):
        try:
            return view(request, *args, **kwargs)
        except LastAdmin:
            messages.error(
                request, _("Your company needs an admin. Make somebody else an admin first.")
            )
        except AlreadyDecided:
            messages.info(request, _("Somebody else changed this meanwhile. Look again."))
        except CannotInvite as refusal:
            messages.error(request, refusal.code.label)
        return redirect("accounts:team")

    return wrapper


@role_required(Role.ADMIN)
@require_POST
def invite(request):
    form = TeamInvitationForm(request.POST)
    if form.is_valid():
        email, role = form.cleaned_data["email"], form.cleaned_data["role"]
        try:
            TeamInvitation.invite(request.membership, email, role, now=timezone.now())
            messages.success(request, _("Invitation sent to %(email)s.") % {"email": email})
            return redirect("accounts:team")
        except CannotInvite as refusal:
            form.add_error("email", refusal.code.label)
    return _page(request, form)


@role_required(Role.ADMIN)
@require_POST
@explain_refusals
def invite_again(request, pk):
    invitation = get_own_or_404(request, request.supplier.team_invitations, pk)
    invitation.resend(now=timezone.now(), actor=request.user)
    messages.success(request, _("Invitation sent to %(email)s.") % {"email": invitation.email})
    return redirect("accounts:team")


@role_required(Role.ADMIN)
@require_POST
@explain_refusals
def invite_revoke(request, pk):
    invitation = get_own_or_404(request, request.supplier.team_invitations, pk)
    invitation.revoke(now=timezone.now(), actor=request.user)
    messages.success(
        request, _("The invitation of %(email)s is taken back.") % {"email": invitation.email}
    )
    return redirect("accounts:team")


@role_required(Role.ADMIN)
@require_POST
def require_second_factor(request):
    required = "on" in request.POST
    # Without a factor of their own, the admin would lock themself out.
    if required and not request.membership.has_second_factor:
        messages.error(request, _("Set up your own second factor first."))
        return redirect("accounts:account")
    request.supplier.require_second_factor(required, now=timezone.now(), actor=request.user)
    words = (
        _("Everybody here needs a second factor now.")
        if required
        else _("A second factor is everybody’s own choice now.")
    )
    messages.success(request, words)
    return redirect("accounts:team")


@role_required(Role.ADMIN)
def activity(request):
    entries = AuditEntry.objects.for_supplier(request.supplier).select_related("actor")
    members = request.supplier.memberships.select_related("user")
    by = request.GET.get("by")
    chosen = next((member for member in members if str(member.key) == by), None)
    if chosen:
        entries = entries.filter(actor=chosen.user)
    page = Paginator(entries, A_PAGE).get_page(request.GET.get("page"))
    keep = f"by={chosen.key}&" if chosen else ""
    context = {"page": page, "members": members, "chosen": chosen, "keep": keep}
    return render(request, "accounts/activity.html", context)
