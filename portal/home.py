"""Home: a sentence on what needs the person, then how everything stands."""

from django.db.models import Case, Q, When
from django.shortcuts import render
from django.utils import timezone

from connections.models import ConnectionRequest, RequestStatus
from connections.standing import Standing
from customers.models import CustomerProfile, Stage
from customers.steps import progress
from portal.agenda import agenda

SHOWN, NEWS = 5, 3  # rows of a list, and of the news, before “more”
# Rows that are read for the lists: beyond them Home would be slow, and nobody would see them.
READ, CUSTOMERS_READ = 40, 300


def home(request):
    now, membership = timezone.now(), request.membership
    listed = _connected_and_inviting(membership, now)
    invited = [profile for profile in listed if profile.shown != Stage.CONNECTED]
    connected = [profile for profile in listed if profile.shown == Stage.CONNECTED]
    setups = progress.first_needed(progress.read(connected))
    standings = _open_requests(membership, now)
    items = agenda(membership, setups=setups, invited=invited, standings=standings, now=now)
    waiting = [standing.asked for standing in standings if standing.can_withdraw]
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


def _connected_and_inviting(membership, now):
    # A customer whose request waits may invite as well: then accepting is what there is to do.
    on_home = Q(shown=Stage.CONNECTED) | Q(
        shown__in=[Stage.INVITED, Stage.REQUESTED], invited_until__gt=now
    )
    listed = CustomerProfile.objects.visible_to(membership).listed(now).filter(on_home)
    return list(progress.with_steps(listed)[:CUSTOMERS_READ])


def _open_requests(membership, now):
    # Requests that were not accepted: the waiting ones first, then the newest.
    requests = (
        ConnectionRequest.objects.visible_to(membership)
        .with_history()
        .exclude(status=RequestStatus.ACCEPTED)
    )
    # The waiting requests first, then the newest.
    first = Case(When(status=RequestStatus.PENDING, then=0), default=1)
    newest = requests.order_by(first, "-created_at")[:READ]
    return [Standing.of(asked, now) for asked in newest]
