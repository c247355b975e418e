"""The operator's site: Django admin with a front page of what waits, and a second factor at the door."""

from functools import wraps

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import admin
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _


class OperatorSite(admin.AdminSite):
    """Django admin with a front page of queues, each a title, a callable that counts, and the list that it leads to."""

    index_template = "admin/operator_index.html"
    site_header = site_title = _("Operator")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.queues = []

    def register_queue(self, title, count, url):
        """Show on the front page how many rows wait: `count()` says it, `url` (a path below the admin) leads there."""
        self.queues.append((title, count, url))

    def admin_view(self, view, cacheable=False):
        """Staff without a second factor set one up first, where the settings ask for it."""
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def guarded(request, *args, **kwargs):
            staff = request.user.is_authenticated and request.user.is_staff
            if settings.STAFF_SECOND_FACTOR and staff and not is_mfa_enabled(request.user):
                return redirect("mfa_activate_totp")
            return inner(request, *args, **kwargs)

        return guarded

    def index(self, request, extra_context=None):
        queues = [
            {"title": title, "number": count(), "url": url} for title, count, url in self.queues
        ]
        return super().index(request, {"queues": queues} | (extra_context or {}))
