from django.urls import path

from connections.views import contacts, invitations, requests, search
from core import converters  # noqa: F401 - brings <token:…>

app_name = "connections"

setup = [
    path("setup/requests/", requests.requests, name="requests"),
    path("setup/requests/search/", search.search, name="search"),
    path("setup/requests/search/<uuid:pk>/", search.attempt, name="attempt"),
    path("setup/requests/new/<uuid:pk>/", requests.request_new, name="request_new"),
    path("setup/requests/new/<uuid:pk>/code/", requests.captcha_code, name="captcha_code"),
    path("setup/requests/dismiss/<uuid:pk>/", requests.dismiss, name="dismiss"),
    path("setup/requests/<uuid:pk>/", requests.request, name="request"),
    path("setup/requests/<uuid:pk>/withdraw/", requests.request_withdraw, name="request_withdraw"),
]
signed = [
    path("r/<token:token>/", contacts.answer, name="answer"),
    path("r/<token:token>/accept/", contacts.answer_accept, name="answer_accept"),
    path("r/<token:token>/decline/", contacts.answer_decline, name="answer_decline"),
    path("r/<token:token>/report/", contacts.answer_report, name="answer_report"),
    path("r/<token:token>/forward/", contacts.answer_forward, name="answer_forward"),
    path("r/<token:token>/mute/", contacts.answer_mute, name="answer_mute"),
    path("n/<token:token>/", contacts.not_us, name="not_us"),
]
invited = [
    path("setup/customers/<uuid:pk>/accept/", invitations.invitation_take, name="invitation_take"),
    path("invitations/<uuid:pk>/open/", invitations.invitation_open, name="invitation_open"),
    path("i/<token:token>/", invitations.invitation, name="invitation"),
    path("i/<token:token>/start/", invitations.invitation_start, name="invitation_start"),
    path("i/<token:token>/accept/", invitations.invitation_accept, name="invitation_accept"),
    path("i/<token:token>/again/", invitations.invitation_again, name="invitation_again"),
    path("i/<token:token>/forward/", invitations.invitation_forward, name="invitation_forward"),
    path("i/<token:token>/admins/", invitations.invitation_admins, name="invitation_admins"),
]
urlpatterns = setup + signed + invited
