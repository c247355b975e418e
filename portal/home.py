"""Home: says in a sentence what needs the person, then where everything stands."""

from django.db.models import Case, Q, When
from django.shortcuts import render
from django.utils import timezone

from connections.models import ConnectionRequest, Status
from customers.models import CustomerProfile, Stage
from customers.steps import progress
from portal.agenda import agenda

SHOWN, NEWS, READ, CUSTOMERS_READ = 5, 3, 40, 300


def home(request):
    now, membership = timezone.now(), request.membership
    listed = _profiles(membership, now)
    invited = [profile for profile in listed if profile.shown != Stage.CONNECTED]
    connected = [profile for profile in listed if profile.shown == Stage.CONNECTED]
    setups = progress.first_needed(progress.read(connected))
    requests = _open_requests(membership, now)
    items = agenda(membership, setups=setups, invited=invited, requests=requests, now=now)
    waiting = [one for one in requests if one.can_withdraw]
    context = {
        "agenda": items[:SHOWN],
        "number": len(items),
        "more": items[SHOWN:],
        "more_kinds": {item.kind for item in items[SHOWN:]},
        "setups": setups[:SHOWN],
        "waiting": waiting[:SHOWN],
        "is_new_here": not (items or setups or waiting),
        "news": request.user.notifications.filter(supplier=request.supplier)[:NEWS],
    }
    return render(request, "portal/home.html", context)


def _profiles(membership, now):
    """What the member sees of connected customers and of those that invite the company, with their steps."""
    about_us = Q(shown=Stage.CONNECTED) | Q(
        shown__in=[Stage.INVITED, Stage.REQUESTED], invited_until__gt=now
    )
    listed = CustomerProfile.objects.visible_to(membership).listed(now).filter(about_us)
    return list(progress.with_steps(listed)[:CUSTOMERS_READ])


def _open_requests(membership, now):
    """Requests that were not accepted, described, the waiting ones first, then the newest."""
    requests = (
        ConnectionRequest.objects.visible_to(membership)
        .with_history()
        .exclude(status=Status.ACCEPTED)
    )
    first = Case(When(status=Status.PENDING, then=0), default=1)
    found = list(requests.order_by(first, "-created_at")[:READ])
    for request in found:
        request.describe(now)
    return found
