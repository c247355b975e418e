"""Setup > Customer Setup: the supplier's customers on the left, the chosen one on the right."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import get_own_or_404, role_required
from accounts.models import Role
from core.states import AlreadyDecided
from customers.forms import EndForm
from customers.models import CustomerProfile, Stage, Submission
from customers.steps import progress

A_PAGE = 50


def list(request):
    return render(request, "customers/profiles/list.html", _side(request))


def profile(request, pk):
    now = timezone.now()
    profile = get_own_or_404(
        request,
        progress.with_steps(_visible(request).as_of(now).select_related("customer", "supplier")),
        pk,
    )
    progress.attach([profile])
    contacts = profile.customer.contacts.published() if profile.shown == Stage.CONNECTED else []
    may_end = profile.shown == Stage.CONNECTED and request.membership.is_admin
    side = _side(request)
    context = {
        "profile": profile,
        "now": now,
        "customer": profile.customer,
        "contacts": contacts,
        "may_end": may_end,
        "may_act": request.membership.may_act,
        "earlier": _earlier(profile),
    }
    return render(request, "customers/profiles/profile.html", context | side)


@role_required(Role.ADMIN)
def profile_end(request, pk):
    profile = get_own_or_404(
        request, _visible(request).connected().select_related("customer", "supplier"), pk
    )
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            profile.end(form.cleaned_data["reason"], now=timezone.now(), actor=request.user)
            messages.success(
                request,
                _("The connection with %(customer)s has ended.") % {"customer": profile.customer},
            )
        except AlreadyDecided:
            messages.info(
                request,
                _("The connection with %(customer)s had already ended.")
                % {"customer": profile.customer},
            )
        return redirect("customers:profile", profile.pk)
    return render(request, "customers/profiles/end.html", {"profile": profile, "form": form})


def _visible(request):
    return CustomerProfile.objects.visible_to(request.membership)


def _earlier(profile):
    """What was submitted of steps that are not in the list: all of them once the connection has ended."""
    submitted = Submission.objects.of(profile).newest()
    return submitted.exclude(answer__step__retired_at=None) if profile.is_connected else submitted


def _side(request):
    """The list on the left, one page of it."""
    profiles = progress.with_steps(_visible(request).listed(timezone.now()))
    page = Paginator(profiles, A_PAGE).get_page(request.GET.get("page"))
    page.object_list = progress.first_needed(progress.attach(page))
    return {"page": page}
