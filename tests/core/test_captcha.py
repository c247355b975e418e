import http.client
from datetime import timedelta

import pytest
from django import forms
from django.core import signing
from django.urls import reverse

from core import captcha
from core.models import Mail
from tests.builders import make_attempt
from tests.fixtures_mail import mailed_code


def solve(token):
    salt, wanted = token.split(":")[0].split(".")
    return str(
        next(number for number in range(captcha.NUMBERS) if captcha.proof(salt, number) == wanted)
    )


@pytest.fixture
def solved(db, monkeypatch):
    monkeypatch.setattr(captcha, "NUMBERS", 20)
    token = captcha.challenge("request")
    return token, solve(token)


def test_a_solved_challenge_passes_once(solved):
    assert captcha.is_solved("request", *solved)
    assert not captcha.is_solved("request", *solved)


def test_a_challenge_of_another_purpose_does_not_pass(solved):
    assert not captcha.is_solved("other", *solved)


@pytest.mark.parametrize("number", ["", "-1", "99999", "x", "1e3", "\x00"])
def test_a_wrong_number_does_not_pass(solved, number):
    assert not captcha.is_solved("request", solved[0], number)


def test_the_number_is_written_in_plain_digits(solved):
    token, number = solved
    in_arabic = "".join(chr(0x0660 + int(digit)) for digit in number)
    assert not captcha.is_solved("request", token, in_arabic)


@pytest.mark.parametrize("token", ["", "a.b", "x" * 5000, "a.b:c:d"])
def test_a_forged_token_does_not_pass(db, token):
    assert not captcha.is_solved("request", token, "1")


def test_an_old_challenge_does_not_pass(solved, monkeypatch):
    monkeypatch.setattr(captcha, "AGE", -1)
    assert not captcha.is_solved("request", *solved)


def test_the_token_is_signed_for_its_purpose(solved):
    with pytest.raises(signing.BadSignature):
        signing.TimestampSigner(salt="captcha.other").unsign(solved[0])


class Form(forms.Form):
    captcha = captcha.CaptchaField(purpose="request")


class Request:
    csp_nonce = ""

    def __init__(self, user):
        self.user = user


def form(user, **data):
    form = Form(data)
    form.fields["captcha"].bind_to(Request(user))
    return form


def test_a_mailed_code_passes_once_and_only_for_its_person(ada, rob, now):
    captcha.issue_code(ada, "request", now=now)
    code = mailed_code()
    assert not form(rob, captcha_code=code).is_valid()
    assert form(ada, captcha_code=code).is_valid()
    assert not form(ada, captcha_code=code).is_valid()


def test_the_code_is_not_in_the_subject(ada, now):
    captcha.issue_code(ada, "request", now=now)
    assert Mail.objects.get().subject == "Your code for Supplier Portal"


def test_five_wrong_tries_kill_a_code(ada, now):
    captcha.issue_code(ada, "request", now=now)
    code = mailed_code()
    for _try in range(5):
        assert not form(ada, captcha_code="abc").is_valid()
    assert not form(ada, captcha_code=code).is_valid()


def test_a_code_that_has_run_out_does_not_pass(ada, now):
    captcha.issue_code(ada, "request", now=now - timedelta(minutes=11))
    assert not form(ada, captcha_code=mailed_code()).is_valid()


OUTAGES = [
    OSError(),
    http.client.BadStatusLine("x"),
    ValueError(),
    KeyError(),
    TypeError(),
    AttributeError(),
]


@pytest.mark.parametrize("error", OUTAGES, ids=lambda error: type(error).__name__)
def test_an_outage_of_google_is_a_message_and_lets_nobody_in(ada, settings, monkeypatch, error):
    settings.CAPTCHA = "recaptcha"

    def submit(*args, **kwargs):
        raise error

    monkeypatch.setattr("django_recaptcha.client.submit", submit)
    broken = form(ada, **{"g-recaptcha-response": "answer"})
    assert broken.errors["captcha"] == [
        str(captcha.CaptchaField.default_error_messages["unreachable"])
    ]


def test_the_policy_opens_to_google_on_that_page_only(client_of, ada_at_acme, organon, settings):
    make_attempt(ada_at_acme, organon)
    page = client_of(ada_at_acme.user).get(reverse("connections:request_new", args=[organon.pk]))
    assert "google" not in page["Content-Security-Policy"]
