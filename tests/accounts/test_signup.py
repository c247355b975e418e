import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.adapter import AccountAdapter
from accounts.apps import found_pending_company
from accounts.jobs import forget_unverified
from accounts.models import Consent, Supplier, User, person_key
from core.models import Mail, Tally
from tests.builders import make_user
from tests.fixtures_mail import mailed_code

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
def database(db):
    """Every test here needs it."""


def begin_limits_anew():
    Tally.objects.all().delete()


@pytest.fixture
def browser():
    return Client(headers={"accept-language": "en"})


def sign_up(client, **changes):
    return client.post(reverse("account_signup"), SIGNUP | changes)


def confirm(client):
    code = mailed_code()
    return client.post(reverse("account_email_verification_sent"), {"code": code})


def test_the_company_is_founded_when_the_code_is_confirmed_not_before(browser):
    sign_up(browser)
    assert not Supplier.objects.exists()
    assert confirm(browser)["Location"] == "/"
    supplier = Supplier.objects.get()
    assert supplier.name == "Beta Tools"
    assert supplier.country.code == "DE"
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
    found_pending_company(None, EmailAddress.objects.get())
    assert Supplier.objects.count() == 1


@pytest.mark.parametrize(
    "missing", ["email", "name", "company", "country", "password1", "terms", "privacy"]
)
def test_each_field_is_needed_and_what_was_typed_stays(missing, browser):
    page = sign_up(browser, **{missing: ""}).content.decode()
    assert f'id="id_{missing}_error"' in page
    assert missing == "company" or "Beta Tools" in page
    assert not User.objects.exists()


@pytest.mark.parametrize("password", ["short", "password1", "supplier portal", "123456789"])
def test_weak_passwords_are_refused_beside_the_field(password, browser):
    assert 'id="id_password1_error"' in sign_up(browser, password1=password).content.decode()


@pytest.mark.parametrize(
    "name", ["Pay at https://evil.example", "www.evil.example", "a\u202eb", "x" * 161]
)
def test_a_name_carries_no_link_and_nothing_invisible(name, browser):
    assert 'id="id_company_error"' in sign_up(browser, company=name).content.decode()


def test_an_unverified_sign_up_gives_way_to_the_next(browser):
    sign_up(browser, company="Squatter")
    begin_limits_anew()  # a code to one address goes out every three minutes only
    later = Client(headers={"accept-language": "en"})
    sign_up(later, company="Rightful")
    confirm(later)
    assert Supplier.objects.get().name == "Rightful"
    assert User.objects.count() == 1


def test_a_known_and_an_unknown_address_get_the_same_answer(browser, ada):
    unknown = sign_up(Client(headers={"accept-language": "en"}))
    known = sign_up(browser, email=ada.email)
    assert known.status_code == unknown.status_code
    assert known["Location"] == unknown["Location"]
    assert "ada@acme.example" in browser.get(known["Location"]).content.decode()
    assert (
        Mail.objects.get(to=ada.email).subject == "You already have an account on Supplier Portal"
    )


def cost(monkeypatch, act):
    # Sessions and limits aside.
    hashed, rendered = [], []
    with monkeypatch.context() as patch:
        encode, render = MD5PasswordHasher.encode, AccountAdapter.render_mail
        patch.setattr(MD5PasswordHasher, "encode", lambda *args: hashed.append(1) or encode(*args))
        patch.setattr(
            AccountAdapter, "render_mail", lambda *args: rendered.append(1) or render(*args)
        )
        with CaptureQueriesContext(connection) as captured:
            act()
    writes = re.findall(
        r'(?:INSERT INTO|DELETE FROM|UPDATE) "(?!django_|core_tally)\w+"|defer_jobs',
        "\n".join(query["sql"] for query in captured),
    )
    return len(hashed), len(rendered), Counter(writes)


def test_a_known_address_costs_the_same_work_and_leaves_nothing(browser, ada, monkeypatch):
    sign_up(Client())
    begin_limits_anew()
    again = cost(monkeypatch, lambda: sign_up(Client()))
    people = list(User.objects.order_by("pk"))
    known = cost(monkeypatch, lambda: sign_up(browser, email=ada.email))
    assert known == again
    assert known[:2] == (1, 1)
    assert (
        known[2]['INSERT INTO "accounts_user"'] == 2 * known[2]['DELETE FROM "accounts_user"'] == 2
    )
    assert list(User.objects.order_by("pk")) == people


def test_a_fresh_a_repeated_and_a_known_address_cost_as_many_queries(ada):
    numbers = []
    for email in ("new@beta.example", "new@beta.example", ada.email, ada.email):
        begin_limits_anew()
        with CaptureQueriesContext(connection) as captured:
            sign_up(Client(), email=email)
        numbers.append(len(captured))
    assert len(set(numbers)) == 1, numbers


def test_a_new_code_costs_the_same_for_a_known_address_who_gets_none(browser, ada, monkeypatch):
    costs = []
    for email in ("new@beta.example", ada.email):
        sign_up(browser, email=email)
        begin_limits_anew()
        answer = []
        again = partial(
            browser.post, reverse("account_email_verification_sent"), {"action": "resend"}
        )
        costs.append(cost(monkeypatch, lambda again=again, answer=answer: answer.append(again())))
        assert answer[0]["Location"] == reverse("account_email_verification_sent")
        browser = Client()
    assert costs[0] == costs[1]
    assert costs[0][1] == 1
    assert sorted(Mail.objects.values_list("to", flat=True)) == [
        ada.email,
        "new@beta.example",
        "new@beta.example",
    ]


def test_the_reset_of_an_unknown_address_costs_the_same_and_sends_nothing(
    browser, ada, monkeypatch
):
    answers = []

    def reset(email):
        return cost(
            monkeypatch,
            lambda: answers.append(
                browser.post(reverse("account_reset_password"), {"email": email})
            ),
        )

    assert reset(ada.email) == reset("who@x.example")
    assert answers[0]["Location"] == answers[1]["Location"]
    assert list(Mail.objects.values_list("to", flat=True)) == [ada.email]


def test_a_wrong_password_costs_the_same_hashing_for_an_unknown_address(browser, ada, monkeypatch):
    def log_in(email):
        return cost(
            monkeypatch,
            lambda: browser.post(
                reverse("account_login"), {"login": email, "password": "wrong one"}
            ),
        )

    assert log_in(ada.email)[0] == log_in("who@x.example")[0] == 1


def test_an_address_that_somebody_has_without_having_confirmed_it_is_known(browser, db):
    admin_made = User.objects.create_user(
        "ops@portal.example", "four quiet words", name="Ops", is_staff=True
    )
    assert sign_up(browser, email=admin_made.email).status_code == 302
    assert list(User.objects.all()) == [admin_made]


def test_the_code_of_a_replaced_sign_up_opens_nothing(browser):
    sign_up(browser, company="Squatter")
    code = mailed_code()
    begin_limits_anew()
    sign_up(Client(), company="Rightful")
    page = browser.post(reverse("account_email_verification_sent"), {"code": code})
    assert 'id="id_code_error"' in page.content.decode()
    assert not Supplier.objects.exists()


def test_a_second_click_does_not_take_the_first_ones_code_away(browser, one_window):
    sign_up(browser)
    assert sign_up(Client()).status_code == 429
    confirm(browser)
    assert Supplier.objects.get().name == "Beta Tools"


@pytest.mark.django_db(transaction=True)
def test_sign_ups_with_one_address_at_once_leave_one_person(settings, empty_queue):
    settings.ACCOUNT_RATE_LIMITS = {"confirm_email": "100/s/key"}

    def sign_up_as(number):
        try:
            return sign_up(Client(), company=f"Company {number}").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(sign_up_as, range(4))) == [302] * 4
    assert User.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_guesses_at_once_three_are_looked_at(settings, empty_queue):
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "100/m/ip"}
    browser = Client(headers={"accept-language": "en"})
    sign_up(browser)
    code = mailed_code()
    wrong = "000000" if code != "000000" else "111111"
    session = browser.cookies["sessionid"].value

    def guess(_number):
        try:
            client = Client(headers={"accept-language": "en"})
            client.cookies["sessionid"] = session
            page = client.post(reverse("account_email_verification_sent"), {"code": wrong})
            return "The code is not right" in page.content.decode()
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as pool:
        looked_at = sum(pool.map(guess, range(24)))
    assert looked_at <= 3
    assert not Supplier.objects.exists()


def test_an_address_counts_as_confirmed_only_with_its_company_founded(browser, monkeypatch):
    def fail(user, **company):
        raise ConnectionError

    monkeypatch.setattr("accounts.founding.found_company", fail)
    sign_up(browser)
    with pytest.raises(ConnectionError):
        confirm(browser)
    assert not EmailAddress.objects.get().verified


def test_a_code_is_not_delivered_after_its_ten_minutes(browser, now):
    sign_up(browser)
    assert timedelta(minutes=9) < Mail.objects.get().valid_until - now < timedelta(minutes=11)


def test_an_address_longer_than_the_database_takes_is_said_to_be_too_long(browser):
    page = sign_up(browser, email="x" * 260 + "@beta.example")
    assert 'id="id_email_error"' in page.content.decode()


def test_a_person_is_written_to_in_their_own_language(browser, db):
    make_user("jihye@acme.example", "김지혜", language="ko")
    browser.post(reverse("account_reset_password"), {"email": "jihye@acme.example"})
    sign_up(browser, email="jihye@acme.example")
    assert list(Mail.objects.values_list("language", flat=True)) == ["ko", "ko"]


def test_without_a_chosen_language_it_is_the_one_of_the_persons_browser(browser, db):
    make_user("jihye@acme.example", "김지혜", browser_language="ko")
    browser.post(reverse("account_reset_password"), {"email": "jihye@acme.example"})
    assert Mail.objects.get().language == "ko"


def test_the_librarys_page_for_changing_the_address_leads_to_ours(client_of, ada, acme):
    client = client_of(ada)
    for method in (client.get, client.post):
        assert method(reverse("account_email"), {"email": "b@beta.example"})["Location"] == reverse(
            "accounts:email_change"
        )
    assert EmailAddress.objects.get().email == ada.email


def test_a_forgotten_password_is_chosen_anew_by_the_link(browser, ada, acme):
    browser.post(reverse("account_reset_password"), {"email": ada.email})
    link = re.search(
        r"http://localhost:8000(/accounts/password/reset/key/\S+)", Mail.objects.get().text
    )[1]
    page = browser.get(link, follow=True)
    browser.post(
        page.redirect_chain[-1][0],
        {"password1": "quite another word", "password2": "quite another word"},
    )
    ada.refresh_from_db()
    assert ada.check_password("quite another word")


def test_sign_ups_that_are_never_confirmed_are_forgotten_after_a_day(browser, ada, acme):
    sign_up(browser)
    User.objects.update(date_joined=timezone.now() - timedelta(days=2))
    forget_unverified.func(timestamp=0)
    assert list(User.objects.values_list("email", flat=True)) == [ada.email]


def test_ten_wrong_passwords_are_enough(browser, ada):
    for _try in range(12):
        page = browser.post(
            reverse("account_login"), {"login": ada.email, "password": "wrong password"}
        )
    assert "Too many tries. Wait a few minutes." in page.content.decode()


def test_operators_find_no_code_in_a_subject(browser):
    sign_up(browser)
    letter = Mail.objects.get()
    assert letter.subject == "Your code for Supplier Portal"
    assert mailed_code() in letter.html
