"""The page behind an invitation's link, and accepting an invitation in Customer Setup.

GET changes nothing.
"""

from functools import wraps

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import invited_signup
from accounts.access import (
    SESSION_KEY,
    company_not_needed,
    get_own_or_404,
    may_administer,
    role_required,
)
from accounts.domains import company_domain
from accounts.models import PendingCompany, Role, Supplier
from connections import onboarding
from connections.forms import ForwardForm, OnboardingForm
from connections.models import (
    CannotInviteSupplier,
    Invitation,
    InvitationStatus,
    invitation_sending,
)
from core import limits
from core.links import by_link
from core.models import Link
from core.states import AlreadyDecided
from core.templatetags.portal import half_hidden
from customers.models import CustomerProfile

AGAIN_AN_HOUR = 3  # for each invitation
FORWARDS_AN_HOUR = 5  # for each company domain
CALLS_AN_HOUR = 3  # to the admins, for each invitation

by_invitation_link = by_link(
    "invitation", Invitation.objects.select_related("customer", "invited_by")
)


def while_open(view):
    """Call the view only while the link and its invitation live.

    Otherwise lead to the link's page, which says why not.
    """

    @wraps(view)
    def wrapper(request, token, link, invitation):
        now = timezone.now()
        if link.condition(now) != "live" or invitation.status_at(now) != InvitationStatus.PENDING:
            return redirect("connections:invitation", token)
        return view(request, token, link, invitation)

    return wrapper


@require_safe
@by_invitation_link
def invitation(request, token, link, invitation):
    return _page(request, token, link, invitation)


def _page(request, token, link, invitation, form=None):
    now = timezone.now()
    status = _status(invitation, link, now)
    condition = link.condition(now)
    context = {
        "token": token,
        "invitation": invitation,
        "customer": invitation.customer,
        "link": link,
    }
    if status != InvitationStatus.PENDING or condition != "live":
        context |= {
            "status": status,
            "is_newer": status == InvitationStatus.PENDING and condition == "revoked",
        }
        context["is_passed_on"] = Invitation.objects.filter(forwarded_from=invitation).exists()
        context["may_ask"] = status == InvitationStatus.EXPIRED or context["is_newer"]
        return render(request, "connections/invitations/over.html", context, status=410)
    context |= {"may_forward": bool(company_domain(invitation.email))}
    context |= {"steps": invitation.customer.steps.filter(retired_at=None).count()}
    if invited_signup.has_address(request.user, invitation.email):
        context |= _for_the_invited(request, invitation, form, now)
    return render(request, "connections/invitations/invitation.html", context)


def _status(invitation, link, now):
    # After a correction, the invitation is taken back for the wrong address, which must not learn
    # what becomes of it at the right address.
    is_theirs = link.address == invitation.email
    return invitation.status_at(now) if is_theirs else InvitationStatus.REVOKED


def _for_the_invited(request, invitation, form, now):
    others = onboarding.waiting_for(request.user, now).exclude(pk=invitation.pk)
    memberships = may_administer(request)
    if _lacks_second_factor(request):
        return {"is_theirs": True, "lacks_second_factor": True}
    sharing = [] if request.memberships else Supplier.objects.sharing_domain(invitation.email)
    form = form or _form(request, invitation, others, memberships)
    is_member_only = bool(request.memberships) and not memberships
    return {"is_theirs": True, "form": form, "sharing": sharing, "is_member_only": is_member_only}


def _lacks_second_factor(request):
    # An admin who lacks the second factor that all their companies ask for.
    is_admin = any(member.is_admin for member in request.memberships)
    return is_admin and not may_administer(request)


def _form(request, invitation, others, memberships, data=None):
    pending = PendingCompany.objects.filter(user=request.user).first()
    return OnboardingForm(
        data,
        memberships=memberships,
        others=others,
        initial={
            "name": pending.name if pending else invitation.company,
            "country": pending and pending.country,
        },
    )


@require_POST
@by_invitation_link
@while_open
def invitation_start(request, token, link, invitation):
    # The address of the invitation can't be changed on the way.
    invitation.mark_opened(now=timezone.now())
    return invited_signup.enter(
        request,
        invitation.email,
        request.path.removesuffix("start/"),
        customer=invitation.customer.name,
        company=invitation.company,
        name=invitation.name,
        steps=invitation.customer.steps.filter(retired_at=None).count(),
    )


@require_POST
@by_invitation_link
@while_open
def invitation_accept(request, token, link, invitation):
    if not invited_signup.has_address(request.user, invitation.email):
        return redirect("connections:invitation", token)
    if _lacks_second_factor(request):
        return redirect("connections:invitation", token)
    memberships = may_administer(request)
    others = onboarding.waiting_for(request.user, timezone.now()).exclude(pk=invitation.pk)
    form = _form(request, invitation, others, memberships, request.POST)
    if not form.is_valid():
        return _page(request, token, link, invitation, form)
    return _accept(
        request, [invitation, *form.cleaned_data["others"]], form.company, is_first=form.is_first
    )


def _accept(request, invitations, company, is_first=False):
    now = timezone.now()
    try:
        supplier = onboarding.accept(
            request.user, invitations, company=company, now=now, is_first=is_first
        )
    except AlreadyDecided:
        messages.info(
            request, _("One of these invitations was answered or taken back meanwhile. Look again.")
        )
        return redirect(request.path.removesuffix("accept/"))
    invited_signup.forget_invitation(request)
    request.session[SESSION_KEY] = str(supplier.pk)
    customer = invitations[0].customer
    messages.success(
        request, _("You are connected with %(customer)s now.") % {"customer": customer}
    )
    return redirect(
        "customers:profile", CustomerProfile.objects.get(supplier=supplier, customer=customer).pk
    )


@company_not_needed
@require_POST
def invitation_open(request, pk):
    # A person who has verified the address needs no link from the mail as proof.
    invitation = get_object_or_404(onboarding.waiting_for(request.user, timezone.now()), pk=pk)
    _link, token = Link.issue("invitation", invitation.pk, invitation.email, invitation.expires_at)
    return redirect("connections:invitation", token)


@role_required(Role.ADMIN)
@require_POST
def invitation_take(request, pk):
    # From Customer Setup, an invitation to one of the admin's own addresses.
    profiles = CustomerProfile.objects.visible_to(request.membership).select_related("customer")
    profile = get_own_or_404(request, profiles, pk)
    waiting = onboarding.waiting_for(request.user, timezone.now())
    invitation = waiting.filter(customer=profile.customer).first()
    if invitation is None:
        _say_whose_it_is(request, profile)
        return redirect("customers:profile", profile.pk)
    return _accept(request, [invitation], request.membership)


def _say_whose_it_is(request, profile):
    invitations = Invitation.objects.filter(customer=profile.customer).waiting(timezone.now())
    theirs = invitations.for_supplier(request.supplier).first()
    if theirs:
        words = _("The invitation was sent to %(address)s. Only that address can accept it.")
        messages.info(request, words % {"address": half_hidden(theirs.email)})
    else:
        messages.info(
            request, _("This invitation was answered or taken back meanwhile. Look again.")
        )


@require_POST
@by_invitation_link
def invitation_again(request, token, link, invitation):
    # The new link goes to the invited address, whoever holds the old one.
    may_ask = (InvitationStatus.PENDING, InvitationStatus.EXPIRED)
    if _status(invitation, link, timezone.now()) not in may_ask:
        return redirect("connections:invitation", token)
    if not limits.allowed("invitation-again", invitation.pk, AGAIN_AN_HOUR, limits.AN_HOUR):
        return limits.too_many(request, limits.AN_HOUR)
    try:
        invitation_sending.resend(invitation, now=timezone.now())
    except (AlreadyDecided, CannotInviteSupplier) as refusal:
        if isinstance(refusal, CannotInviteSupplier) and refusal.verdict is None:
            messages.error(request, _("No more links can be sent today. Try again tomorrow."))
        else:
            messages.error(
                request, _("No new link could be sent. Ask your contact at the customer.")
            )
    else:
        messages.success(request, _("A new link is on its way to the invited address."))
    return redirect("connections:invitation", token)


@require_http_methods(["GET", "HEAD", "POST"])
@by_invitation_link
@while_open
def invitation_forward(request, token, link, invitation):
    if not company_domain(invitation.email):
        raise Http404
    form = ForwardForm(request.POST or None, address=invitation.email)
    if request.method == "POST" and form.is_valid() and _forwarded(request, invitation, form):
        return redirect("connections:invitation", token)
    context = {
        "form": form,
        "token": token,
        "invitation": invitation,
        "customer": invitation.customer,
    }
    return render(request, "connections/invitations/forward.html", context)


def _forwarded(request, invitation, form):
    domain = company_domain(invitation.email)
    if not limits.allowed("invitation-forward", domain, FORWARDS_AN_HOUR, limits.AN_HOUR):
        form.add_error("email", limits.wait(limits.AN_HOUR))
        return False
    try:
        invitation_sending.forward(invitation, form.cleaned_data["email"], now=timezone.now())
    except CannotInviteSupplier as refusal:
        words = (
            _("This colleague is invited or connected already.")
            if refusal.verdict
            else _("Try again tomorrow.")
        )
        form.add_error("email", words)
        return False
    except AlreadyDecided:
        return True  # the next page says what became of the invitation
    messages.success(
        request, _("Your colleague gets an invitation of their own. This one is closed.")
    )
    return True


@require_POST
@by_invitation_link
@while_open
def invitation_admins(request, token, link, invitation):
    # A member can't accept: they ask the admins of their company to do it.
    is_theirs = invited_signup.has_address(request.user, invitation.email)
    if not is_theirs or any(member.is_admin for member in request.memberships):
        return redirect("connections:invitation", token)
    if limits.allowed("invitation-admins", invitation.pk, CALLS_AN_HOUR, limits.AN_HOUR):
        onboarding.tell_admins(request.user, invitation, now=timezone.now())
        messages.success(request, _("Your admins were told."))
    return redirect("connections:invitation", token)
