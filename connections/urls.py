from django.urls import path, re_path

from connections.views import contacts, requests, search

app_name = "connections"

LINK = r"(?P<token>[^/]{1,128})"  # any text, so that a link cut by a mail program still gets our page

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
    re_path(rf"^r/{LINK}/$", contacts.answer, name="answer"),
    re_path(rf"^r/{LINK}/accept/$", contacts.answer_accept, name="answer_accept"),
    re_path(rf"^r/{LINK}/decline/$", contacts.answer_decline, name="answer_decline"),
    re_path(rf"^r/{LINK}/report/$", contacts.answer_report, name="answer_report"),
    re_path(rf"^r/{LINK}/mute/$", contacts.answer_mute, name="answer_mute"),
    re_path(rf"^n/{LINK}/$", contacts.not_us, name="not_us"),
]
urlpatterns = setup + signed
