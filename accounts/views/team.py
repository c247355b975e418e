"""Setup > Admin: who works for the supplier; admins invite, change, let in and close out."""

from functools import wraps

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import get_own_or_404, role_required
from accounts.forms import CustomersForm, RoleForm, TeamInvitationForm
from accounts.models import CannotInvite, JoinRequest, LastAdmin, Role, TeamInvitation
from core.states import AlreadyDecided

A_PAGE = 50


def team(request):
    return _team(request, TeamInvitationForm())


def _team(request, form):
    """Who works here, in which role. Of a colleague's customers only those are named that the reader sees too."""
    members = request.supplier.memberships.active().select_related("user").with_second_factor()
    members = members.prefetch_related(
        Prefetch("profiles", _profiles(request).select_related("customer"))
    )
    context = {"page": Paginator(members, A_PAGE).get_page(request.GET.get("page")), "form": form}
    if request.membership.is_admin:
        context |= {
            "asking": request.supplier.join_requests.pending()
            .filter(user__closed_at=None)
            .select_related("user"),
            "invitations": request.supplier.team_invitations.pending(),
            "inactive": request.supplier.memberships.deactivated().select_related("user"),
            "now": timezone.now(),
        }
    elif not request.supplier.admins().exists():
        context |= {
            "leaderless": True,
            "asked": request.supplier.join_requests.pending().filter(user=request.user),
        }
    return render(request, "accounts/team.html", context)


def explain_refusals(view):
    """What stands against a change of the team is said on the team's page, and nothing is changed."""

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


# Inviting ------------------------------------------------------------------------------------------------------


@role_required(Role.ADMIN)
@require_POST
def invite(request):
    form = TeamInvitationForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            TeamInvitation.invite(
                request.membership, said["email"], said["role"], now=timezone.now()
            )
            messages.success(request, _("Invitation sent to %(email)s.") % {"email": said["email"]})
            return redirect("accounts:team")
        except CannotInvite as refusal:
            form.add_error("email", refusal.code.label)
    return _team(request, form)


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
    """Ask a second factor of everybody here, or no longer; whoever turns it on has one."""
    asks = "on" in request.POST
    if asks and not request.membership.has_second_factor:
        messages.error(request, _("Set up your own second factor first."))
        return redirect("accounts:account")
    request.supplier.require_second_factor(asks, now=timezone.now(), actor=request.user)
    words = (
        _("Everybody here needs a second factor now.")
        if asks
        else _("A second factor is everybody’s own choice now.")
    )
    messages.success(request, words)
    return redirect("accounts:team")


# One member ----------------------------------------------------------------------------------------------------


@role_required(Role.ADMIN)
def member(request, key):
    member = _member(request, key)
    return _member_page(request, member)


def _member_page(request, member, **forms):
    profiles = _profiles(request).select_related("customer")
    context = {
        "member": member,
        "role_form": RoleForm(initial={"role": member.role}),
        "customers_form": CustomersForm(profiles, member=member),
    }
    return render(request, "accounts/member.html", context | forms)


@role_required(Role.ADMIN)
@require_POST
@explain_refusals
def member_role(request, key):
    member = _member(request, key)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return _member_page(request, member, role_form=form)
    member.change_role(form.cleaned_data["role"], now=timezone.now(), actor=request.user)
    messages.success(request, _("%(name)s: the role is saved.") % {"name": member.user})
    return redirect("accounts:team")


@role_required(Role.ADMIN)
@require_POST
def member_customers(request, key):
    member = _member(request, key)
    form = CustomersForm(_profiles(request).select_related("customer"), request.POST, member=member)
    if not form.is_valid():
        return _member_page(request, member, customers_form=form)
    member.limit_to(form.chosen, now=timezone.now(), actor=request.user)
    messages.success(request, _("%(name)s: the customers are saved.") % {"name": member.user})
    return redirect("accounts:team")


@role_required(Role.ADMIN)
@require_POST
@explain_refusals
def member_deactivate(request, key):
    member = _member(request, key)
    member.deactivate(now=timezone.now(), actor=request.user)
    messages.success(request, _("%(name)s no longer works here.") % {"name": member.user})
    return redirect("accounts:team")


@role_required(Role.ADMIN)
@require_POST
@explain_refusals
def member_reactivate(request, key):
    member = _member(request, key)
    member.reactivate(now=timezone.now(), actor=request.user)
    messages.success(request, _("%(name)s works here again.") % {"name": member.user})
    return redirect("accounts:team")


def _member(request, key):
    return get_object_or_404(
        request.supplier.memberships.select_related("user", "supplier"), key=key
    )


def _profiles(request):
    """The customers that the reader sees; customers stand above this app, so they are reached by the relation."""
    return request.membership.profiles.model.objects.visible_to(request.membership).exclude(
        stage="dropped"
    )


# Leaving, coming in --------------------------------------------------------------------------------------------


def leave(request):
    if request.method != "POST":
        return render(request, "accounts/leave.html")
    return _leave(request)


@explain_refusals
def _leave(request):
    request.membership.deactivate(now=timezone.now(), actor=request.user)
    messages.success(
        request, _("You no longer work for %(supplier)s.") % {"supplier": request.supplier}
    )
    return redirect("home")


@role_required(Role.ADMIN)
@require_POST
@explain_refusals
def join_accept(request, pk):
    asked = get_own_or_404(request, request.supplier.join_requests, pk)
    form = RoleForm(request.POST)
    if form.is_valid():
        asked.accept(form.cleaned_data["role"], now=timezone.now(), actor=request.user)
        messages.success(request, _("%(name)s works here now.") % {"name": asked.user})
    else:
        messages.error(request, _("Choose a role."))
    return redirect("accounts:team")


@role_required(Role.ADMIN)
@require_POST
@explain_refusals
def join_decline(request, pk):
    asked = get_own_or_404(request, request.supplier.join_requests, pk)
    asked.decline(now=timezone.now(), actor=request.user)
    messages.success(request, _("%(name)s was told that you declined.") % {"name": asked.user})
    return redirect("accounts:team")


@require_POST
@explain_refusals
def ask_to_be_admin(request):
    """A member of a company whose admins have all left asks the operator to make them one."""
    JoinRequest.ask(request.user, request.supplier, now=timezone.now())
    messages.success(
        request, _("The operator was asked. You get an e-mail when they have decided.")
    )
    return redirect("accounts:team")


@role_required(Role.ADMIN)
def activity(request):
    """Who did what and when in the company, newest first, of everybody or of one person."""
    entries = request.supplier.audit_entries.for_supplier().select_related("actor")
    members = request.supplier.memberships.select_related("user")
    chosen = next((one for one in members if str(one.key) == request.GET.get("by")), None)
    if chosen:
        entries = entries.filter(actor=chosen.user)
    page = Paginator(entries, A_PAGE).get_page(request.GET.get("page"))
    keep = f"by={chosen.key}&" if chosen else ""
    context = {"page": page, "members": members, "chosen": chosen, "keep": keep}
    return render(request, "accounts/activity.html", context)
