"""Every address of the portal, grouped by who answers it."""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from accounts.views import entrance
from connections.views.home import home
from portal import views

admin.site.login = secure_admin_login(admin.site.login)

handler400 = "portal.views.bad_request"
urlpatterns = [
    path("", home, name="home"),
    # what anybody may read
    path("help/", views.help_index, name="help"),
    path("help/<slug:slug>/", views.help_page, name="help_page"),
    path("privacy/", views.privacy, name="privacy"),
    path("terms/", views.terms, name="terms"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("language/", views.set_language, name="set_language"),
    path("brand.css", views.brand_css, name="brand_css"),
    path("favicon.ico", RedirectView.as_view(url=f"{settings.STATIC_URL}img/favicon.svg")),
    # what machines ask
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    # the rest
    path("accounts/email/", entrance.email, name="account_email"),
    path("accounts/confirm-email/", entrance.email_verification_sent, name="account_email_verification_sent"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("", include("customers.urls")),
    path("", include("connections.urls")),
]
