"""The operator's site: Django admin with a front page of queues and a second factor at the door."""

from collections.abc import Callable
from functools import wraps

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import admin
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _


class OperatorSite(admin.AdminSite):
    """Django admin with a front page that says how many rows wait in each queue."""

    index_template = "admin/operator_index.html"
    site_header = site_title = _("Operator")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.queues = []

    def register_queue(self, title: str, count: Callable[[], int], url: str) -> None:
        """Show a queue on the front page: `count()` says how many rows wait in it.

        `url`, a path below the admin, leads to the list.
        """
        self.queues.append((title, count, url))

    def admin_view(self, view, cacheable=False):
        # Where the settings ask for a second factor, staff set it up first.
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def guarded(request, *args, **kwargs):
            staff = request.user.is_authenticated and request.user.is_staff
            if settings.STAFF_SECOND_FACTOR and staff and not is_mfa_enabled(request.user):
                return redirect("mfa_activate_totp")
            return inner(request, *args, **kwargs)

        return guarded

    def index(self, request, extra_context=None):
        # Counted on each visit: titles are translated, and numbers are those of the moment.
        queues = [
            {"title": title, "number": count(), "url": url} for title, count, url in self.queues
        ]
        return super().index(request, {"queues": queues} | (extra_context or {}))
