from django.urls import path

from accounts.views import (
    account,
    banks,
    company,
    documents,
    email,
    joining,
    members,
    notifications,
    support,
    team,
)
from core import converters  # noqa: F401 - brings <token:…>

app_name = "accounts"

urlpatterns = [
    path("account/", account.account, name="account"),
    path("account/close/", account.account_close, name="account_close"),
    path("account/email/", email.email_change, name="email_change"),
    path("account/email/confirm/", email.email_confirm, name="email_confirm"),
    path("account/second-factor/", account.second_factor, name="second_factor"),
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
    path("company/join/<uuid:pk>/", joining.join, name="join"),
    path("company/join/<uuid:pk>/withdraw/", joining.join_withdraw, name="join_withdraw"),
    # the team
    path("setup/admin/", team.team, name="team"),
    path("setup/admin/invite/", team.invite, name="invite"),
    path("setup/admin/invitations/<uuid:pk>/again/", team.invite_again, name="invite_again"),
    path("setup/admin/invitations/<uuid:pk>/revoke/", team.invite_revoke, name="invite_revoke"),
    path("setup/admin/members/<uuid:key>/", members.member, name="member"),
    path("setup/admin/members/<uuid:key>/role/", members.member_role, name="member_role"),
    path(
        "setup/admin/members/<uuid:key>/deactivate/",
        members.member_deactivate,
        name="member_deactivate",
    ),
    path(
        "setup/admin/members/<uuid:key>/reactivate/",
        members.member_reactivate,
        name="member_reactivate",
    ),
    path("setup/admin/joining/<uuid:pk>/accept/", joining.join_accept, name="join_accept"),
    path("setup/admin/joining/<uuid:pk>/decline/", joining.join_decline, name="join_decline"),
    path("setup/admin/second-factor/", team.require_second_factor, name="require_second_factor"),
    path("setup/admin/lead/", joining.ask_to_be_admin, name="ask_to_be_admin"),
    path("setup/admin/activity/", team.activity, name="activity"),
    path("setup/admin/leave/", members.leave, name="leave"),
    # the link of a team invitation
    path("t/<token:token>/", joining.team_invitation, name="team_invitation"),
    path("t/<token:token>/start/", joining.team_start, name="team_start"),
    path("t/<token:token>/again/", joining.team_again, name="team_again"),
    path("t/<token:token>/accept/", joining.team_accept, name="team_accept"),
    # the bell
    path("notifications/", notifications.notifications, name="notifications"),
    path("notifications/read/", notifications.notifications_read, name="notifications_read"),
    path("notifications/preferences/", notifications.preferences, name="preferences"),
    path("notifications/<uuid:pk>/", notifications.notification_open, name="notification_open"),
    # support
    path("support/", support.support, name="support"),
    path("support/sent/", support.support_sent, name="support_sent"),
]
