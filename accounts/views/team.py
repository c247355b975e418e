from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.shortcuts import render

A_PAGE = 50


def team(request):
    """Who works here, in which role. Of a colleague's customers only those are named that the reader sees too."""
    profiles = request.membership.profiles.model.objects.visible_to(request.membership).select_related("customer")
    members = request.supplier.memberships.active().select_related("user")
    members = members.prefetch_related(Prefetch("profiles", profiles))
    return render(request, "accounts/team.html", {"page": Paginator(members, A_PAGE).get_page(request.GET.get("page"))})
