from django.urls import path

from accounts.views import account, banks, company, documents, notifications, support, team

app_name = "accounts"

urlpatterns = [
    path("account/", account.account, name="account"),
    # the company
    path("company/", company.company, name="company"),
    path("company/edit/", company.company_edit, name="company_edit"),
    path("company/new/", company.company_new, name="company_new"),
    path("company/switch/", company.switch, name="switch"),
    path("company/banks/add/", banks.bank_add, name="bank_add"),
    path("company/banks/<uuid:pk>/replace/", banks.bank_replace, name="bank_replace"),
    path("company/banks/<uuid:pk>/remove/", banks.bank_remove, name="bank_remove"),
    path("company/banks/<uuid:pk>/main/", banks.bank_main, name="bank_main"),
    path("company/documents/add/", documents.document_add, name="document_add"),
    path("company/documents/<uuid:pk>/", documents.document, name="document"),
    path("company/documents/<uuid:pk>/remove/", documents.document_remove, name="document_remove"),
    path("setup/admin/", team.team, name="team"),
    # the bell
    path("notifications/", notifications.notifications, name="notifications"),
    path("notifications/read/", notifications.notifications_read, name="notifications_read"),
    path("notifications/<uuid:pk>/", notifications.notification_open, name="notification_open"),
    # support
    path("support/", support.support, name="support"),
    path("support/sent/", support.support_sent, name="support_sent"),
]
