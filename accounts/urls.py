from django.urls import path

from accounts.views import account, company, notifications, support, team

app_name = "accounts"

urlpatterns = [
    path("account/", account.account, name="account"),
    # the company
    path("company/", company.company, name="company"),
    path("company/edit/", company.company_edit, name="company_edit"),
    path("company/new/", company.company_new, name="company_new"),
    path("company/switch/", company.switch, name="switch"),
    path("setup/admin/", team.team, name="team"),
    # the bell
    path("notifications/", notifications.notifications, name="notifications"),
    path("notifications/read/", notifications.notifications_read, name="notifications_read"),
    path("notifications/<uuid:pk>/", notifications.notification_open, name="notification_open"),
    # support
    path("support/", support.support, name="support"),
    path("support/sent/", support.support_sent, name="support_sent"),
]
