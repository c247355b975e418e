"""Whatever is sent: a clear message or a 404, never a 500."""

import pytest
from django.test import Client
from django.urls import reverse

from core.models import Link
from customers.steps.kinds import KINDS
from tests.builders import connect, make_attempt, make_customer, make_request, make_step

HOSTILE = [
    "",
    "x" * 10_000,
    "a\x00b",
    "\udcff",
    "%%_%",
    "<script>alert(1)</script>",
    "💥" * 50,
    "' OR 1=1 --",
    "\r\nBcc: x@y.z",
]

CHOICELESS = [kind for kind in KINDS if kind not in ("one_choice", "several_choices")]


def controls(question):
    suffixes = (
        ("bank", "number", "holder", "iban", "bic") if question.kind == "bank_account" else ("",)
    )
    return [f"{question.name}-{suffix}" if suffix else question.name for suffix in suffixes]


@pytest.fixture
def forms(ada_at_acme, organon, now):
    make_attempt(ada_at_acme, organon)
    customer = make_customer("Nordhavn Logistics")
    profile, step = connect(ada_at_acme, customer), make_step(customer, "All", *CHOICELESS)
    typed = [
        "version",
        "who",
        *(name for question in step.questions.all() for name in controls(question)),
    ]
    return {
        reverse("connections:search"): ["words"],
        reverse("connections:request_new", args=[organon.pk]): ["contact", "message", "captcha_token", "captcha_number", "captcha_code"],
        reverse("connections:captcha_code", args=[organon.pk]): ["contact", "message"],
        reverse("accounts:account"): ["name", "job_title", "language", "time_zone"],
        reverse("accounts:company_edit"): ["name", "country", "registration_number", "website"],
        reverse("accounts:preferences"): ["request_accepted", "steps_asked"],
        reverse("accounts:account_close"): ["password"],
        reverse("leaving:company_close"): ["password"],
        reverse("accounts:invite"): ["email", "role"],
        reverse("accounts:bank_add"): ["bank", "number", "iban", "bic", "holder", "password"],
        reverse("accounts:document_add"): ["detail", "file", "expires_on"],
        **{reverse(f"customers:{name}", args=[profile.pk, step.pk]): typed for name in ("step_save", "step_submit")},
        reverse("customers:step_hand", args=[profile.pk, step.pk]): ["member"],
        reverse("accounts:switch"): ["supplier", "next"],
        reverse("accounts:support"): ["message", "page"],
        reverse("set_language"): ["language", "next"],
        reverse("account_change_password"): ["oldpassword", "password1", "password2"],
    }  # fmt: skip


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: ascii(value[:12]))
def test_no_form_falls_over(value, forms, client_of, ada):
    client = client_of(ada)
    for path, fields in forms.items():
        data = {name: value.encode("utf-8", "surrogatepass") for name in fields}
        assert client.post(path, data).status_code < 500, path


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: ascii(value[:12]))
def test_no_public_form_falls_over(value, db):
    client = Client()
    raw = value.encode("utf-8", "surrogatepass")
    names = ["email", "name", "company", "country", "password1", "login", "password", "terms"]
    for view in ("account_signup", "account_login", "account_reset_password", "accounts:support"):
        assert client.post(reverse(view), dict.fromkeys(names, raw)).status_code < 500, view


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: ascii(value[:12]))
def test_the_contacts_page_keeps_its_feet(value, ada_at_acme, organon):
    asked = make_request(ada_at_acme, organon)
    _link, token = Link.issue("request", asked.pk, "maria@organon.example", asked.expires_at)
    raw = value.encode("utf-8", "surrogatepass")
    for action in ("decline", "accept"):
        path = reverse(f"connections:answer_{action}", args=[token])
        assert Client().post(path, {"comment": raw, "reason": raw}).status_code < 500


@pytest.mark.parametrize(
    "path",
    ["/setup/requests/?page=x", "/setup/requests/?page=-1", "/setup/customers/?page=99999999999999999999", "/notifications/?page=0",
     "/notifications/?show=%FF", "/setup/requests/search/x/", "/help/..%2f/", "/%FF/", "/r/%FF%FE/", "/r/" + "x" * 129 + "/"],
)  # fmt: skip
def test_odd_addresses_are_pages_or_404s(path, client_of, ada, acme):
    assert client_of(ada).get(path).status_code in (200, 404)


def says_so_in_both_languages(answer):
    page = answer.content.decode()
    return "요청을 읽을 수 없습니다" in page and "This request can’t be read" in page


@pytest.mark.parametrize("path", ["/help/%00/", "/help/?x=%00"])
def test_a_nul_in_the_address_is_refused(path, db):
    answer = Client().get(path)
    assert answer.status_code == 400
    assert says_so_in_both_languages(answer)


@pytest.mark.parametrize(
    "kind",
    ["application/json", "text/plain; charset=utf-16", "multipart/form-data; boundary=", "x"],
)
def test_odd_content_types_are_refused_or_say_what_is_missing(kind, client_of, ada, acme):
    answer = client_of(ada).generic("POST", "/setup/requests/search/", b"\xff{}", content_type=kind)
    assert answer.status_code in (200, 400)
    assert says_so_in_both_languages(answer) == (answer.status_code == 400)


def test_what_was_typed_stays(client_of, ada_at_acme, organon):
    make_attempt(ada_at_acme, organon)
    path = reverse("connections:request_new", args=[organon.pk])
    page = (
        client_of(ada_at_acme.user)
        .post(path, {"contact": "not an address", "message": "our long message"})
        .content.decode()
    )
    assert "not an address" in page
    assert "our long message" in page
    assert "Type a full e-mail address" in page
    assert "<title>Error:" in page
