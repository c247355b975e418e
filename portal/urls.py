"""Every address of the portal, grouped by the app that answers it."""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from accounts.views import entrance
from portal import health, pages
from portal.home import home
from portal.stylesheet import stylesheet

admin.site.login = secure_admin_login(admin.site.login)

handler400 = "core.errors.bad_request"
urlpatterns = [
    path("", home, name="home"),
    # Pages for everybody
    path("help/", pages.help_index, name="help"),
    path("help/<slug:slug>/", pages.help_page, name="help_page"),
    path("privacy/", pages.privacy, name="privacy"),
    path("terms/", pages.terms, name="terms"),
    path("accessibility/", pages.accessibility, name="accessibility"),
    path("language/", pages.set_language, name="set_language"),
    path("portal-<slug:version>.css", stylesheet, name="stylesheet"),
    path("favicon.ico", RedirectView.as_view(url=f"{settings.STATIC_URL}img/favicon.svg")),
    # Questions of machines
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    # Accounts: ours stand before allauth's of the same address
    path("accounts/email/", entrance.email, name="account_email"),
    path(
        "accounts/confirm-email/",
        entrance.email_verification_sent,
        name="account_email_verification_sent",
    ),
    path("accounts/", include("allauth.urls")),
    # The operator
    path("admin/", admin.site.urls),
    # The apps
    path("", include("accounts.urls")),
    path("", include("customers.urls")),
    path("", include("connections.urls")),
    path("", include("portal.leaving.urls")),
]
