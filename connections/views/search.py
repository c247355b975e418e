"""Searching the directory: the form, and the page of an attempt with its results."""

from django.conf import settings
from django.db import OperationalError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import get_own_or_404, role_required
from accounts.models import Role
from connections.forms import ChoiceForm, SearchForm
from connections.models import NoneLeft, SearchAttempt
from connections.models.attempts import left
from core.models import starts_again
from customers.models import Customer


@role_required(Role.MEMBER)
def search(request):
    form = SearchForm(request.POST or None)
    if request.method == "POST" and not request.supplier.is_suspended and form.is_valid():
        try:
            attempt = SearchAttempt.make(
                request.membership, form.cleaned_data["words"], now=timezone.now()
            )
            return redirect("connections:attempt", attempt.pk)
        except NoneLeft:
            pass  # the page says so whenever none is left
        except OperationalError:  # the statement's time limit, which protects everybody else
            form.add_error(
                None,
                _("The search took too long. It was not counted: try again, or with fewer words."),
            )
    return render(request, "connections/search/search.html", {"form": form} | allowance(request))


@role_required(Role.MEMBER)
def attempt(request, pk):
    attempt = get_own_or_404(request, request.supplier.attempts.all(), pk)
    customers = attempt.customers()
    choice = ChoiceForm(
        request.GET if "chosen" in request.GET else None,
        Customer.objects.taking_requests().filter(pk__in=attempt.results),
    )
    if choice.is_bound and choice.is_valid():
        return redirect(
            reverse("connections:request_new", args=[choice.cleaned_data["customer"].pk])
        )
    context = {
        "attempt": attempt,
        "form": SearchForm(initial={"words": attempt.words}),
        "choice": choice,
        "customers": customers,
        "can_choose": any(customer.takes_requests for customer in customers),
    }
    return render(request, "connections/search/attempt.html", context | allowance(request))


def allowance(request):
    now = timezone.now()
    return {
        "left": left(request.membership, now),
        "limit": request.supplier.search_limit,
        "starts_again": starts_again(now),
        "portal_time_zone": settings.TIME_ZONE,
    }
