"""Setup > Customer Setup: the list of customers on the left, the chosen customer on the right."""

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

A_PAGE = 50  # profiles in the list on the left; each page reads their steps too


def profile_list(request):
    return render(request, "customers/profiles/list.html", _list_context(request))


def profile(request, pk):
    now = timezone.now()
    profiles = _visible(request).as_of(now).select_related("customer", "supplier")
    profile = get_own_or_404(request, progress.with_steps(profiles), pk)
    [setup] = progress.read([profile])
    is_connected = profile.shown == Stage.CONNECTED
    context = {
        "profile": profile,
        "progress": setup,
        "now": now,
        "customer": profile.customer,
        "contacts": profile.customer.contacts.published() if is_connected else [],
        "may_end": is_connected and request.membership.is_admin,
        "may_act": request.membership.may_act,
        "earlier": _earlier_submissions(profile),
    }
    return render(request, "customers/profiles/profile.html", context | _list_context(request))


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


def _earlier_submissions(profile):
    # Of steps that the page does not list: while connected those no longer asked for, then all.
    submitted = Submission.objects.of(profile).newest()
    return submitted.exclude(answer__step__retired_at=None) if profile.is_connected else submitted


def _list_context(request):
    profiles = progress.with_steps(_visible(request).listed(timezone.now()))
    page = Paginator(profiles, A_PAGE).get_page(request.GET.get("page"))
    page.object_list = progress.first_needed(progress.read(page))
    return {"page": page}
