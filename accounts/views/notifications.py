"""The bell's list over all suppliers of the person, and which news they want by e-mail."""

from datetime import timedelta
from itertools import groupby

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SESSION_KEY
from accounts.forms import PreferencesForm
from accounts.models import Notification, Preference

A_PAGE = 20


def notifications(request):
    mine = _reachable(request)
    only_unread = request.GET.get("show") == "unread"
    page = Paginator(mine.unread() if only_unread else mine, A_PAGE).get_page(
        request.GET.get("page")
    )
    days = [
        (day, list(notes))
        for day, notes in groupby(page, lambda note: timezone.localdate(note.created_at))
    ]
    number = mine.count() if only_unread else page.paginator.count
    today = timezone.localdate()
    context = {"page": page, "days": days, "only_unread": only_unread, "number": number}
    context |= {"today": today, "yesterday": today - timedelta(days=1)}
    return render(request, "accounts/notifications.html", context)


@require_POST
def notifications_read(request):
    _reachable(request).mark_read(timezone.now())
    messages.success(request, _("All notifications are marked as read."))
    return redirect("accounts:notifications")


@require_POST
def notification_open(request, pk):
    note = get_object_or_404(_reachable(request), pk=pk)
    Notification.objects.filter(pk=note.pk).mark_read(timezone.now())
    request.session[SESSION_KEY] = str(note.supplier_id)
    return redirect(note.leads_to)


def _reachable(request):
    suppliers = [membership.supplier_id for membership in request.memberships]
    return request.user.notifications.filter(supplier__in=suppliers).select_related("supplier")


def preferences(request):
    form = PreferencesForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        Preference.choose(request.user, form.cleaned_data)
        messages.success(request, _("Your choice is saved."))
        return redirect("accounts:preferences")
    return render(request, "accounts/preferences.html", {"form": form})
