from django.core.paginator import Paginator
from django.shortcuts import render

A_PAGE = 50


def team(request):
    members = request.supplier.memberships.active().select_related("user").prefetch_related("profiles__customer")
    return render(request, "accounts/team.html", {"page": Paginator(members, A_PAGE).get_page(request.GET.get("page"))})
