import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.urls import reverse

from connections.models import ConnectionRequest, SearchAttempt
from core.models import Mail
from tests.builders import make_attempt, make_customer, make_request, make_supplier
from tests.conftest import membership
from tests.fixtures_mail import mailed_code


@pytest.fixture
def client(client_of, ada_at_acme):
    return client_of(ada_at_acme.user)


@pytest.fixture
def coupa(db):
    make_customer("Coopang Corp.", other_names=["쿠팡"], searchable=True)
    return make_customer("Coupa Software Incorporated", domains=["coupa.example"], searchable=True)


def search(client, words="coupa"):
    return client.post(reverse("connections:search"), {"words": words})


def text(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def test_a_search_redirects_to_the_attempts_own_page_where_reload_costs_nothing(client, coupa):
    page = search(client)["Location"]
    for _reload in range(2):
        shown = text(client.get(page))
        assert shown.index("Coupa Software Incorporated") < shown.index("Coopang Corp.")
        assert "19 of 20 searches left today" in shown
    assert SearchAttempt.objects.count() == 1


@pytest.mark.parametrize("words", ["", " ", "a", "ㅋ", "Ltd.", "주식회사", "!!"])
def test_too_short_costs_nothing_and_is_said_beside_the_field(client, coupa, words):
    page = text(search(client, words))
    assert 'aria-invalid="true"' in page
    assert not SearchAttempt.objects.exists()


def test_looking_at_the_form_costs_nothing(client, coupa):
    assert "20 of 20 searches left today" in text(client.get(reverse("connections:search")))
    assert not SearchAttempt.objects.exists()


def test_a_suspended_supplier_searches_nothing(client, ada_at_acme, coupa, now):
    ada_at_acme.supplier.suspend("test", now=now)
    page = text(search(client))
    assert "are paused for your company" in page
    assert 'name="words"' not in page
    assert not SearchAttempt.objects.exists()


def test_with_none_left_it_says_when_it_starts_again_and_offers_support(client, coupa, settings):
    settings.PORTAL_SEARCHES_A_DAY = 1
    search(client)
    page = text(search(client, "organon"))
    assert "You have used all 1 searches for today." in page
    assert "00:00 (Asia/Seoul)" in page
    assert page.partition("<main")[2].partition("</main")[0].count(reverse("accounts:support")) == 1
    page = text(client.get(reverse("connections:requests")))
    assert "You have used all 1 searches for today." in page
    assert 'name="words"' not in page


def test_with_none_left_what_was_just_searched_for_can_still_be_looked_up(client, coupa, settings):
    settings.PORTAL_SEARCHES_A_DAY = 1
    search(client)
    page = text(client.get(reverse("connections:search")))
    assert "You have used all 1 searches for today." in page
    assert 'name="words"' in page
    assert "Coupa Software Incorporated" in text(client.get(search(client)["Location"]))


def test_a_customer_by_invitation_only_says_so_and_can_not_be_chosen(client, coupa):
    coupa.takes_requests = False
    coupa.save(update_fields=["takes_requests"])
    page = search(client)["Location"]
    assert "Joins by invitation only" in text(client.get(page))
    assert "Choose one of these customers." in text(
        client.get(page, {"chosen": 1, "customer": coupa.pk})
    )


def test_choosing_leads_to_the_request_and_choosing_nothing_is_said(client, coupa):
    page = search(client)["Location"]
    chosen = client.get(page, {"chosen": 1, "customer": coupa.pk})
    assert chosen["Location"] == reverse("connections:request_new", args=[coupa.pk])
    assert "Choose your customer." in text(client.get(page, {"chosen": 1}))


def new(customer):
    return reverse("connections:request_new", args=[customer.pk])


def ask(client, customer, **data):
    return client.post(new(customer), {"contact": "buy@coupa.example", "consent": "on"} | data)


@pytest.fixture
def no_captcha(settings):
    settings.CAPTCHA = "off"


def test_a_request_starts_from_nothing_but_what_was_found(client, coupa):
    assert client.get(new(coupa)).status_code == 404
    assert ask(client, coupa).status_code == 404


def test_an_attempt_of_24_hours_ago_no_longer_leads_to_it(client, ada_at_acme, coupa, now):
    make_attempt(ada_at_acme, coupa, now=now - timedelta(hours=24, minutes=1))
    assert client.get(new(coupa)).status_code == 404


def test_a_rivals_attempt_does_not_lead_to_it(client, rob_at_rival, coupa):
    make_attempt(rob_at_rival, coupa)
    assert client.get(new(coupa)).status_code == 404


def test_what_my_other_supplier_found_offers_to_switch(client, ada, coupa):
    other = make_supplier("Beta Tools")
    make_attempt(membership(other.memberships.get().user, other), coupa)
    other.memberships.create(user=ada, role="member")
    answer = client.get(new(coupa))
    assert answer.status_code == 404
    assert "This belongs to Beta Tools" in text(answer)


def test_the_request_keeps_consent_with_version_language_and_time(
    client, ada_at_acme, coupa, no_captcha
):
    make_attempt(ada_at_acme, coupa)
    assert ask(client, coupa)["Location"] == reverse("connections:requests")
    asked = ConnectionRequest.objects.get()
    assert asked.consent_version == "2026-11"
    assert asked.consent_language == "en"
    assert asked.origin == "attempt"
    assert asked.consent_text.startswith("I confirm by sending this request")


def test_a_name_that_ends_in_a_full_stop_reads_well_when_it_is_sent(
    client, ada_at_acme, no_captcha
):
    sonoma = make_customer("Williams-Sonoma, Inc.")
    make_attempt(ada_at_acme, sonoma)
    page = text(
        client.post(new(sonoma), {"contact": "buy@sonoma.example", "consent": "on"}, follow=True)
    )
    assert "Your request to Williams-Sonoma, Inc. was sent." in page


def test_without_consent_nothing_is_sent(client, ada_at_acme, coupa, no_captcha):
    make_attempt(ada_at_acme, coupa)
    assert "Confirm this to send the request." in text(ask(client, coupa, consent=""))
    assert not ConnectionRequest.objects.exists()


def test_without_the_captcha_nothing_is_sent(client, ada_at_acme, coupa):
    make_attempt(ada_at_acme, coupa)
    assert "Wait for the check to finish" in text(ask(client, coupa))
    assert not ConnectionRequest.objects.exists()


def test_a_mailed_code_stands_in_for_the_captcha_and_what_was_typed_stays(
    client, ada_at_acme, coupa
):
    make_attempt(ada_at_acme, coupa)
    page = client.post(
        reverse("connections:captcha_code", args=[coupa.pk]),
        {"contact": "buy@coupa.example", "message": "Hi"},
    )
    assert "buy@coupa.example" in text(page)
    code = mailed_code(name="captcha_code")
    assert ask(client, coupa, captcha_code=code).status_code == 302


def test_with_todays_requests_used_up_there_is_no_form_and_nothing_typed_is_lost(
    client, ada_at_acme, coupa, organon, no_captcha, settings
):
    settings.PORTAL_REQUESTS_A_DAY = 1
    make_attempt(ada_at_acme, coupa)
    make_request(ada_at_acme, organon)
    page = text(client.get(new(coupa)))
    assert "sent all its requests for today" in page
    assert "<textarea" not in page
    page = text(ask(client, coupa, message="Our long message"))
    assert "sent all its requests for today" in page
    assert "Our long message" in page
    assert "buy@coupa.example" in page


def test_five_codes_an_hour_are_enough(client, ada_at_acme, coupa, one_window):
    cache.clear()
    make_attempt(ada_at_acme, coupa)
    codes = [
        client.post(reverse("connections:captcha_code", args=[coupa.pk])).status_code
        for _ in range(6)
    ]
    assert codes == [200] * 5 + [429]
    assert Mail.objects.count() == 5


def test_a_search_that_takes_too_long_costs_nothing_and_says_so(client, coupa, monkeypatch):
    def slow(*args):
        raise OperationalError("canceling statement due to statement timeout")

    monkeypatch.setattr("connections.models.attempts.find", slow)
    page = text(search(client))
    assert "It was not counted" in page
    assert "20 of 20 searches left today" in page


def test_a_colleagues_pending_request_is_shown_instead_of_an_error(
    client, mia_at_acme, ada_at_acme, coupa
):
    make_attempt(ada_at_acme, coupa)
    asked = make_request(mia_at_acme, coupa)
    page = text(client.get(new(coupa)))
    assert "Your company has already asked this customer." in page
    assert reverse("connections:request", args=[asked.pk]) in page


def test_the_table_has_the_guides_six_columns(client, ada_at_acme, coupa):
    make_request(ada_at_acme, coupa)
    heads = re.findall(
        r'role="columnheader">([^<]+)<', text(client.get(reverse("connections:requests")))
    )
    assert heads == ["Customer", "Actions", "Status", "E-mail", "Date", "Comments"]


def test_withdrawing_is_done_once_and_said(client, ada_at_acme, coupa):
    asked = make_request(ada_at_acme, coupa)
    path = reverse("connections:request_withdraw", args=[asked.pk])
    assert "withdrawn" in text(client.post(path, follow=True))
    assert "no longer waiting" in text(client.post(path, follow=True))
    asked.refresh_from_db()
    assert asked.status == "withdrawn"
