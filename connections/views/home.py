"""Home: says in a sentence what needs the person, then where everything stands."""

from django.shortcuts import render
from django.utils import timezone

from connections.models import ConnectionRequest
from connections.suggestions import suggest
from customers.models import CustomerProfile

SHOWN = 5


def home(request):
    now = timezone.now()
    requests = ConnectionRequest.objects.visible_to(request.membership)
    agenda = []
    if request.membership.may_act:
        agenda = [{"suggestion": one} for one in suggest(request.membership, now)] + _again(request, requests, now)
    context = {
        "agenda": agenda[:SHOWN],
        "number": len(agenda),
        "profiles": CustomerProfile.objects.visible_to(request.membership)
        .listed(now)
        .filter(shown="connected")[:SHOWN],
        "waiting": requests.waiting(now).select_related("customer")[:SHOWN],
        "news": request.user.notifications.filter(supplier=request.supplier)[:3],
    }
    return render(request, "portal/home.html", context)


def _again(request, requests, now):
    """Requests that came to nothing and may be sent again, newest first."""
    over = requests.with_history().exclude(status="accepted")[: SHOWN * 4]
    for one in over:
        one.profile.supplier = request.supplier
        one.describe(now)
    return [{"request": one} for one in over if one.can_ask_again and one.shown != "withdrawn"]
