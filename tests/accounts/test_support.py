import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import SupportRequest
from core.models import Mail

FORM = "/support/"


@pytest.fixture(autouse=True)
def database(db):
    """Every test here needs it."""


@pytest.fixture
def stranger():
    return Client(headers={"accept-language": "en"})


def test_a_question_is_kept_and_mailed_with_who_asks_and_from_where(client_of, ada, acme):
    client = client_of(ada)
    page = client.get(
        FORM, headers={"referer": "http://testserver/setup/requests/search/?x=1"}
    ).content.decode()
    assert 'value="/setup/requests/search/"' in page
    answer = client.post(
        FORM, {"message": "Help", "page": "/setup/requests/search/", "email": "other@x.example"}
    )
    assert answer["Location"] == reverse("accounts:support_sent")
    kept = SupportRequest.objects.get()
    assert kept.user == ada
    assert kept.email == ada.email
    assert kept.supplier == acme
    assert kept.message == "Help"
    assert kept.page == "/setup/requests/search/"
    letter = Mail.objects.get()
    assert letter.to == "support@portal.example"
    assert letter.about_id == str(kept.pk)
    assert "Help" in letter.text


def test_a_stranger_says_where_to_answer(stranger):
    page = stranger.post(FORM, {"message": "Hello"}).content.decode()
    assert 'id="id_email_error"' in page
    assert "Hello" in page
    stranger.post(FORM, {"message": "Hello", "email": "who@x.example"})
    kept = SupportRequest.objects.get()
    assert kept.user is None
    assert kept.supplier is None
    assert kept.email == "who@x.example"


@pytest.mark.parametrize("path", ["/help/faq/", "/setup/requests/"])
def test_the_page_can_also_be_named_in_the_address(path, stranger):
    assert f'value="{path}"' in stranger.get(FORM, {"from": path}).content.decode()


@pytest.mark.parametrize(
    "page",
    [
        "https://evil.example/",
        "//evil.example/",
        "Your account is closed, write to evil@x.example",
        "/r/secret/",
        "/n/secret/accept/",
        "/accounts/password/reset/key/1-secret/",
        "/a\x00b",
        "/a\r\nBcc: x@y.z",
        "/" + "x" * 10_000,
    ],
)
def test_what_is_no_page_of_ours_or_holds_a_token_is_not_kept(page, stranger):
    stranger.post(FORM, {"message": "Hello", "email": "who@x.example", "page": page})
    assert SupportRequest.objects.get().page == ""
    if "\x00" not in page:
        assert stranger.get(FORM, {"from": page}).context["form"]["page"].value() == ""


def test_the_token_of_a_link_that_led_here_is_not_shown(stranger):
    page = stranger.get(FORM, headers={"referer": "http://testserver/r/secret/"})
    assert "secret" not in page.content.decode()


@pytest.mark.parametrize("message", ["", "   ", "a\x00b", "x" * 5001])
def test_a_message_that_cannot_be_sent_stays_with_what_is_wrong(message, client_of, ada, acme):
    page = client_of(ada).post(FORM, {"message": message, "page": "/help/"}).content.decode()
    assert 'id="id_message_error"' in page
    assert 'value="/help/"' in page
    assert not SupportRequest.objects.exists()


def test_strangers_send_five_an_hour_and_lose_no_word_of_the_sixth(stranger, one_window):
    for _number in range(5):
        stranger.post(FORM, {"message": "Hello", "email": "who@x.example"})
    answer = stranger.post(FORM, {"message": "My long sixth question", "email": "who@x.example"})
    assert answer.status_code == 429
    assert re.search(r"Wait \d+ minutes?, then try again\.", answer.content.decode())
    assert "My long sixth question" in answer.content.decode()
    assert SupportRequest.objects.count() == Mail.objects.count() == 5


def test_one_mail_address_asks_five_times_an_hour_from_wherever(stranger, one_window):
    question = {"message": "Hello", "email": "who@x.example"}
    answers = [
        stranger.post(FORM, question, REMOTE_ADDR=f"192.0.{number}.1").status_code
        for number in range(6)
    ]
    assert answers == [302] * 5 + [429]


def test_people_are_not_held_up_by_strangers_at_the_same_address(stranger, client_of, ada, acme):
    for _number in range(6):
        stranger.post(FORM, {"message": "Hello", "email": "who@x.example"})
    assert client_of(ada).post(FORM, {"message": "Help"}).status_code == 302
