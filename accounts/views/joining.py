"""Ways into a team: a link of an invitation, or a request to a company of the same domain."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import invited_signup
from accounts.access import SESSION_KEY, company_not_needed, get_own_or_404, role_required
from accounts.forms import RoleForm
from accounts.models import CannotInvite, JoinRequest, Role, Supplier, TeamInvitation
from accounts.models.team import InvitationStatus
from accounts.views.team import explain_refusals
from core import limits
from core.links import by_link
from core.states import AlreadyDecided

AGAIN_AN_HOUR = 3

by_team_link = by_link("team", TeamInvitation.objects.select_related("supplier", "invited_by"))


@require_safe
@by_team_link
def team_invitation(request, token, link, invitation):
    now = timezone.now()
    is_theirs = invited_signup.has_address(request.user, invitation.email)
    context = {
        "token": token,
        "link": link,
        "invitation": invitation,
        "condition": _condition(link, invitation, now),
        "is_theirs": is_theirs,
        "is_deactivated": is_theirs and invitation.supplier.has_deactivated(request.user),
    }
    return render(
        request,
        "accounts/team_invitation.html",
        context,
        status=200 if context["condition"] == "live" else 410,
    )


@require_POST
@by_team_link
def team_start(request, token, link, invitation):
    # The address of the invitation can't be changed on the way.
    if _condition(link, invitation, timezone.now()) != "live":
        return redirect("accounts:team_invitation", token)
    team = {"supplier": str(invitation.supplier), "inviter": invitation.invited_by.name}
    return invited_signup.enter(
        request, invitation.email, request.path.removesuffix("start/"), team=team
    )


@require_POST
@by_team_link
def team_again(request, token, link, invitation):
    # Anybody with an expired link may ask, for the new link goes to the invited address only.
    if _condition(link, invitation, timezone.now()) != "expired":
        return redirect("accounts:team_invitation", token)
    if not limits.allowed("team-invitation-again", invitation.pk, AGAIN_AN_HOUR, limits.AN_HOUR):
        return limits.too_many(request, limits.AN_HOUR)
    try:
        invitation.resend(now=timezone.now(), actor=None)
        messages.success(request, _("A new link is on its way to the invited address."))
    except (AlreadyDecided, CannotInvite):
        words = _("No new link could be sent. Ask an admin of %(supplier)s.")
        messages.error(request, words % {"supplier": invitation.supplier})
    return redirect("accounts:team_invitation", token)


@require_POST
@by_team_link
def team_accept(request, token, link, invitation):
    is_theirs = invited_signup.has_address(request.user, invitation.email)
    if not is_theirs or _condition(link, invitation, timezone.now()) != "live":
        return redirect("accounts:team_invitation", token)
    try:
        invitation.accept(request.user, now=timezone.now(), link=link)
    except (AlreadyDecided, CannotInvite):
        return redirect("accounts:team_invitation", token)
    invited_signup.forget_invitation(request)
    request.session[SESSION_KEY] = str(invitation.supplier_id)
    messages.success(
        request, _("Welcome. You work for %(supplier)s now.") % {"supplier": invitation.supplier}
    )
    return redirect("home")


def _condition(link, invitation, now):
    # 'live', or why not: 'used', 'revoked' or 'expired'.
    condition = link.condition(now)
    is_pending = invitation.status_at(now) == InvitationStatus.PENDING
    return "revoked" if condition == "live" and not is_pending else condition


@company_not_needed
@require_POST
def join(request, pk):
    supplier = get_object_or_404(Supplier.objects.sharing_domain(request.user.email), pk=pk)
    # An address that is not proved shows nobody's colleagues.
    if not invited_signup.has_address(request.user, request.user.email):
        raise Http404
    try:
        JoinRequest.ask(request.user, supplier, now=timezone.now())
        messages.success(
            request, _("The admins of %(supplier)s were asked.") % {"supplier": supplier}
        )
    except AlreadyDecided:
        messages.info(request, _("You work for %(supplier)s already.") % {"supplier": supplier})
    return redirect("home")


@company_not_needed
@require_POST
def join_withdraw(request, pk):
    asked = get_object_or_404(request.user.join_requests, pk=pk)
    try:
        asked.withdraw(now=timezone.now())
    except AlreadyDecided:
        messages.info(request, _("This was decided meanwhile."))
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
    # For a company whose admins have all left.
    JoinRequest.ask(request.user, request.supplier, now=timezone.now())
    messages.success(
        request, _("The operator was asked. You get an e-mail when they have decided.")
    )
    return redirect("accounts:team")
