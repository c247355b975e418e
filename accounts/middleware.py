"""Who is asking, in which language, for which supplier."""

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
FREE_VIEWS = {
    "accounts:company_new",
    "accounts:join",
    "accounts:join_withdraw",
    "accounts:account",
    "accounts:account_close",
    "accounts:email_change",
    "accounts:email_confirm",
    "accounts:second_factor",
    "accounts:switch",
    "accounts:support",
    "accounts:support_sent",
    "connections:invitation_open",
}


def known_device(get_response):
    """Give a browser that somebody has just signed in from the cookie by which it is known again."""

    def middleware(request):
        response = get_response(request)
        if token := getattr(request, "device_token", ""):
            about = {"max_age": KEPT_DAYS * 24 * 3600, "httponly": True, "samesite": "Lax"}
            response.set_cookie(settings.DEVICE_COOKIE_NAME, token, secure=settings.HTTPS, **about)
        return response

    return middleware


def person(get_response):
    """Speak the person's language in their time zone, keep the session of whom is here, and leave nothing in the browser of who left."""

    def middleware(request):
        user = request.user
        if user.is_authenticated:
            if user.language:
                translation.activate(user.language)
                request.LANGUAGE_CODE = user.language
            _keep_session(request, user)
            with timezone.override(zone(user.time_zone)):
                response = get_response(request)
            if not request.user.is_authenticated:
                response.headers["Clear-Site-Data"] = '"cache"'
            return response
        return get_response(request)

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
    """Who pressed a button without a session comes back to the page that it stood on: its own address opens no page."""

    def handle_no_permission(self, request, view_func):
        if request.method == "POST":
            page = urlsplit(request.headers.get("referer", ""))
            return redirect_to_login(page.path if page.netloc == request.get_host() else "/")
        return super().handle_no_permission(request, view_func)


class SupplierMiddleware:
    """Sets request.memberships, request.membership and request.supplier; people without a company get the page for that."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.memberships, request.membership, request.supplier = [], None, None
        if request.user.is_authenticated:
            memberships = request.user.memberships.active().select_related("supplier")
            request.memberships = list(memberships.with_unread().with_asking().with_second_factor())
            for membership in request.memberships:
                membership.user = request.user
            chosen = request.session.get(SESSION_KEY)
            request.membership = next(
                (one for one in request.memberships if str(one.supplier_id) == chosen),
                next(iter(request.memberships), None),
            )
            request.supplier = request.membership and request.membership.supplier
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if not request.user.is_authenticated or not getattr(view, "login_required", True):
            return None
        match = request.resolver_match
        if (
            match.view_name in FREE_VIEWS
            or "admin" in match.namespaces
            or match.view_name.startswith(("account_", "mfa_", "usersessions_"))
        ):
            return None
        if not request.membership:
            return redirect("admin:index" if request.user.is_staff else "accounts:company_new")
        if request.supplier.requires_second_factor and not request.membership.has_second_factor:
            return redirect("accounts:second_factor")
        return None

    def process_exception(self, request, error):
        if isinstance(error, OtherSupplier):
            context = {
                "other": error.supplier,
                "next": unsaved_text.keep(request) or request.get_full_path(),
                "action": reverse("accounts:switch"),
            }
            return render(request, "accounts/switch_offer.html", context, status=404)
        return None
