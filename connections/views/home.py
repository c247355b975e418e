"""Home: says in a sentence what needs the person, then where everything stands."""

from django.db.models import Case, Q, When
from django.shortcuts import render
from django.utils import timezone

from connections.models import ConnectionRequest, Status
from connections.suggestions import suggest
from customers import progress
from customers.models import CustomerProfile, Stage

SHOWN, NEWS, READ, CUSTOMERS_READ = 5, 3, 40, 300


def home(request):
    now = timezone.now()
    open_requests = _open_requests(request, now)
    listed = CustomerProfile.objects.visible_to(request.membership).listed(now)
    about_us = Q(shown=Stage.CONNECTED) | Q(shown__in=[Stage.INVITED, Stage.REQUESTED], invited_until__gt=now)
    listed = progress.with_steps(listed.filter(about_us))[:CUSTOMERS_READ]
    invited = [one for one in listed if one.shown != Stage.CONNECTED]
    profiles = progress.first_needed(progress.attach([one for one in listed if one.shown == Stage.CONNECTED]))
    agenda = []
    if request.membership.may_act:
        agenda += [
            {"step": one, "profile": one_profile} for one_profile, one in progress.agenda(profiles, request.membership)
        ]
    if request.membership.is_admin:
        agenda += _for_admins(request, invited)
    if request.membership.may_act:
        agenda += [{"suggestion": one} for one in suggest(request.membership, now)]
        agenda += [{"request": one} for one in open_requests if one.can_ask_again and one.shown != Status.WITHDRAWN]
    context = {
        "agenda": agenda[:SHOWN],
        "number": len(agenda),
        "more": agenda[SHOWN:],
        "more_kinds": {kind for item in agenda[SHOWN:] for kind in item},
        "profiles": profiles[:SHOWN],
        "waiting": [one for one in open_requests if one.can_withdraw][:SHOWN],
        "news": request.user.notifications.filter(supplier=request.supplier)[:NEWS],
    }
    return render(request, "portal/home.html", context)


def _for_admins(request, invited):
    """Customers that invited the company, and people who ask to join its team."""
    agenda = [{"invitation": one} for one in invited]
    return agenda + ([{"joining": request.membership.asking}] if request.membership.asking else [])


def _open_requests(request, now):
    """Requests that were not accepted, the waiting ones first, then the newest."""
    requests = ConnectionRequest.objects.visible_to(request.membership).with_history().exclude(status=Status.ACCEPTED)
    first = Case(When(status=Status.PENDING, then=0), default=1)
    found = list(requests.order_by(first, "-created_at")[:READ])
    for one in found:
        one.profile.supplier = request.supplier
        one.describe(now)
    return found
