import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.adapter import AccountAdapter
from accounts.apps import founding
from accounts.jobs import forget_unverified
from accounts.models import Consent, Supplier, User, person_key
from portal.models import Mail

SIGNUP = {
    "email": "new@beta.example",
    "name": "Nora New",
    "company": "Beta Tools",
    "country": "DE",
    "password1": "four quiet words here",
    "terms": "on",
    "privacy": "on",
}


@pytest.fixture(autouse=True)
def fresh_limits(db):
    cache.clear()


@pytest.fixture
def browser():
    return Client(headers={"accept-language": "en"})


def sign_up(client, **changes):
    return client.post(reverse("account_signup"), SIGNUP | changes)


def confirm(client):
    code = re.search(r"\b\d{6}\b", Mail.objects.latest("created_at").subject)[0]
    return client.post(reverse("account_email_verification_sent"), {"code": code})


def test_the_company_is_founded_when_the_code_is_confirmed_not_before(browser):
    sign_up(browser)
    assert not Supplier.objects.exists()
    assert confirm(browser)["Location"] == "/"
    supplier = Supplier.objects.get()
    assert (supplier.name, supplier.country.code) == ("Beta Tools", "DE")
    assert supplier.admins().get().user.email == "new@beta.example"
    assert User.objects.get().person_key == person_key("new@beta.example")
    assert browser.get("/").status_code == 200


def test_consents_are_kept_with_version_language_and_time(browser):
    sign_up(browser)
    kept = Consent.objects.order_by("kind").values_list("kind", "version", "language")
    assert list(kept) == [("privacy", "2026-11", "en"), ("terms", "2026-11", "en")]


def test_confirming_twice_founds_once(browser):
    sign_up(browser)
    confirm(browser)
    founding(None, EmailAddress.objects.get())
    assert Supplier.objects.count() == 1


@pytest.mark.parametrize("missing", ["email", "name", "company", "country", "password1", "terms", "privacy"])
def test_each_field_is_needed_and_what_was_typed_stays(missing, browser):
    page = sign_up(browser, **{missing: ""}).content.decode()
    assert f'id="id_{missing}_error"' in page
    assert missing == "company" or "Beta Tools" in page
    assert not User.objects.exists()


@pytest.mark.parametrize("password", ["short", "password1", "supplier portal", "123456789"])
def test_weak_passwords_are_refused_beside_the_field(password, browser):
    assert 'id="id_password1_error"' in sign_up(browser, password1=password).content.decode()


@pytest.mark.parametrize("name", ["Pay at https://evil.example", "www.evil.example", "a\u202eb", "x" * 161])
def test_a_name_carries_no_link_and_nothing_invisible(name, browser):
    assert 'id="id_company_error"' in sign_up(browser, company=name).content.decode()


def test_an_unverified_sign_up_gives_way_to_the_next(browser):
    sign_up(browser, company="Squatter")
    cache.clear()  # a code to one address goes out every three minutes only
    later = Client(headers={"accept-language": "en"})
    sign_up(later, company="Rightful")
    confirm(later)
    assert Supplier.objects.get().name == "Rightful"
    assert User.objects.count() == 1


def test_a_known_and_an_unknown_address_get_the_same_answer(browser, ada):
    unknown = sign_up(Client(headers={"accept-language": "en"}))
    known = sign_up(browser, email=ada.email)
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    pages = [re.sub(r'value="[^"]{40,}"', "", one.content.decode()) for one in (browser.get(known["Location"]),)]
    assert "ada@acme.example" in pages[0]
    assert Mail.objects.get(to=ada.email).subject == "You already have an account on Supplier Portal"


def test_a_known_address_costs_the_same_hashing(browser, ada, monkeypatch):
    hashed = []
    monkeypatch.setattr("accounts.signup.make_password", hashed.append)
    sign_up(browser, email=ada.email)
    assert hashed == [SIGNUP["password1"]]


def test_the_reset_of_an_unknown_address_writes_the_same_mail_and_throws_it_away(browser, ada, monkeypatch):
    rendered, render = [], AccountAdapter.render_mail
    monkeypatch.setattr(
        AccountAdapter,
        "render_mail",
        lambda self, name, *rest, **more: rendered.append(name) or render(self, name, *rest, **more),
    )
    answers = [
        browser.post(reverse("account_reset_password"), {"email": email}) for email in (ada.email, "who@x.example")
    ]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert rendered == ["account/email/password_reset_key"] * 2
    assert list(Mail.objects.values_list("to", flat=True)) == [ada.email]


def test_a_forgotten_password_is_chosen_anew_by_the_link(browser, ada, acme):
    browser.post(reverse("account_reset_password"), {"email": ada.email})
    link = re.search(r"http://localhost:8000(/accounts/password/reset/key/\S+)", Mail.objects.get().text)[1]
    page = browser.get(link, follow=True)
    browser.post(page.redirect_chain[-1][0], {"password1": "quite another word", "password2": "quite another word"})
    ada.refresh_from_db()
    assert ada.check_password("quite another word")


def test_sign_ups_that_are_never_confirmed_are_forgotten_after_a_day(browser, ada, acme):
    sign_up(browser)
    User.objects.update(date_joined=timezone.now() - timedelta(days=2))
    forget_unverified.func(timestamp=0)
    assert list(User.objects.values_list("email", flat=True)) == [ada.email]


def test_ten_wrong_passwords_are_enough(browser, ada):
    for _try in range(12):
        page = browser.post(reverse("account_login"), {"login": ada.email, "password": "wrong password"})
    assert "Too many failed login attempts" in page.content.decode()
