"""The person behind a request, their language and time zone, and the supplier they work for now."""

import time
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation

from accounts import unsaved_text
from accounts.access import SESSION_KEY, OtherSupplier
from accounts.models import User
from accounts.models.devices import KEPT_DAYS
from accounts.zones import zone

REFRESHED_EVERY = 600  # seconds; the idle time of a session is counted that exactly
LIBRARY_PAGES = ("account_", "mfa_", "usersessions_")  # allauth's, which need no company


def known_device(get_response):
    """Set the cookie by which the portal recognises a browser that somebody signed in from."""

    def middleware(request):
        response = get_response(request)
        if token := getattr(request, "device_token", ""):
            response.set_cookie(
                settings.DEVICE_COOKIE_NAME,
                token,
                max_age=KEPT_DAYS * 24 * 3600,
                secure=settings.HTTPS,
                httponly=True,
                samesite="Lax",
            )
        return response

    return middleware


def person(get_response):
    """Answer in the person's language and time zone, and keep their session alive."""

    def middleware(request):
        user = request.user
        if not user.is_authenticated:
            return get_response(request)
        if user.language:
            translation.activate(user.language)
            request.LANGUAGE_CODE = user.language
        _keep_session(request, user)
        with timezone.override(zone(user.time_zone)):
            response = get_response(request)
        if not request.user.is_authenticated:
            # They have just signed out: the next at this browser must not page back into what they
            # saw.
            response.headers["Clear-Site-Data"] = '"cache"'
        return response

    return middleware


def _keep_session(request, user):
    now = int(time.time())
    if now - request.session.get("seen", 0) > REFRESHED_EVERY:
        request.session["seen"] = now
        request.session.set_expiry(
            settings.STAFF_SESSION_AGE if user.is_staff else settings.SESSION_COOKIE_AGE
        )
        if user.browser_language != request.LANGUAGE_CODE:
            User.objects.filter(pk=user.pk).update(browser_language=request.LANGUAGE_CODE)


class SignInFirst(LoginRequiredMiddleware):
    """After login, an anonymous POST returns to the page it came from: its own URL has no page."""

    def handle_no_permission(self, request, view_func):
        if request.method == "POST":
            page = urlsplit(request.headers.get("referer", ""))
            return redirect_to_login(page.path if page.netloc == request.get_host() else "/")
        return super().handle_no_permission(request, view_func)


class SupplierMiddleware:
    """Sets request.memberships, .membership and .supplier.

    Leads people without a company to the page where they found or join one.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.memberships, request.membership, request.supplier = [], None, None
        if request.user.is_authenticated:
            request.memberships = self._memberships(request.user)
            request.membership = self._chosen(request)
            request.supplier = request.membership and request.membership.supplier
        return self.get_response(request)

    @staticmethod
    def _memberships(user):
        rows = user.memberships.active().select_related("supplier")
        memberships = list(rows.with_unread().with_asking().with_second_factor())
        for membership in memberships:
            membership.user = user  # known, so that nobody asks the database for it again
        return memberships

    @staticmethod
    def _chosen(request):
        chosen = request.session.get(SESSION_KEY)
        for membership in request.memberships:
            if str(membership.supplier_id) == chosen:
                return membership
        return next(iter(request.memberships), None)

    def process_view(self, request, view, args, kwargs):
        if not request.user.is_authenticated or not self._needs_company(request, view):
            return None
        if not request.membership:
            return redirect("admin:index" if request.user.is_staff else "accounts:company_new")
        if request.supplier.requires_second_factor and not request.membership.has_second_factor:
            return redirect("accounts:second_factor")
        return None

    @staticmethod
    def _needs_company(request, view):
        if getattr(view, "company_not_needed", False) or not getattr(view, "login_required", True):
            return False
        match = request.resolver_match
        return "admin" not in match.namespaces and not match.view_name.startswith(LIBRARY_PAGES)

    def process_exception(self, request, error):
        if isinstance(error, OtherSupplier):
            context = {
                "other": error.supplier,
                "next": unsaved_text.keep(request) or request.get_full_path(),
                "action": reverse("accounts:switch"),
            }
            return render(request, "accounts/switch_offer.html", context, status=404)
        return None
