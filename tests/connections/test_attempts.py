from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from accounts.models import User, person_key
from accounts.models.addresses import change_address
from connections.models import NoneLeft, SearchAttempt
from connections.models.attempts import left
from core.models import DailyCount, starts_again, today
from tests.builders import make_customer, make_supplier, make_user


@pytest.fixture
def coupa(db):
    make_customer("Coopang Corp.", other_names=["쿠팡"], searchable=True)
    return make_customer("Coupa Software Incorporated", searchable=True)


def search(membership, words="coupa", **options):
    return SearchAttempt.make(membership, words, **{"now": timezone.now()} | options)


def used(scope, key):
    return DailyCount.objects.used(scope, key, today(timezone.now()))


def test_the_guides_search_lists_both(ada_at_acme, coupa):
    attempt = search(ada_at_acme)
    assert [customer.name for customer in attempt.customers()] == [
        "Coupa Software Incorporated",
        "Coopang Corp.",
    ]


def test_a_search_spends_one_in_all_three_scopes(ada_at_acme, coupa):
    search(ada_at_acme)
    keys = [("search:domain", "acme.example"), ("search:person", person_key("ada@acme.example"))]
    keys.append(("search:supplier", str(ada_at_acme.supplier_id)))
    assert [used(*key) for key in keys] == [1, 1, 1]
    assert left(ada_at_acme, timezone.now()) == 19


def test_the_same_words_within_ten_minutes_cost_nothing_also_for_a_colleague(
    ada_at_acme, mia_at_acme, coupa
):
    first = search(ada_at_acme, "Coupa")
    again = search(mia_at_acme, "  COUPA Inc. ")
    assert again.cost == 0
    assert again.results == first.results
    assert left(mia_at_acme, timezone.now()) == 19


def test_the_same_words_after_ten_minutes_cost_again(ada_at_acme, coupa, now):
    search(ada_at_acme, now=now)
    assert search(ada_at_acme, now=now + timedelta(minutes=10, seconds=1)).cost == 1


def test_a_free_repeat_does_not_prolong_the_ten_minutes(ada_at_acme, coupa, now):
    search(ada_at_acme, now=now)
    search(ada_at_acme, now=now + timedelta(minutes=9))
    assert search(ada_at_acme, now=now + timedelta(minutes=11)).cost == 1


def test_with_none_left_nothing_is_searched_but_a_repeat_shows_what_was_found(
    ada_at_acme, coupa, settings
):
    settings.PORTAL_SEARCHES_A_DAY = 1
    first = search(ada_at_acme)
    assert search(ada_at_acme).results == first.results
    with pytest.raises(NoneLeft):
        search(ada_at_acme, "organon")
    assert SearchAttempt.objects.count() == 2
    assert left(ada_at_acme, timezone.now()) == 0


def test_an_error_of_ours_gives_the_attempt_back(ada_at_acme, coupa, monkeypatch):
    def broken(*args):
        raise RuntimeError

    monkeypatch.setattr("connections.models.attempts.find", broken)
    with pytest.raises(RuntimeError):
        search(ada_at_acme)
    assert left(ada_at_acme, timezone.now()) == 20


def test_a_new_account_with_the_same_address_or_domain_has_no_new_searches(
    ada_at_acme, coupa, settings
):
    settings.PORTAL_SEARCHES_A_DAY = 1
    search(ada_at_acme)
    other = (
        make_supplier("Acme Shadow", admin=make_user("eve@acme.example"))
        .memberships.select_related("supplier")
        .get()
    )
    with pytest.raises(NoneLeft):
        search(other, "organon")


def test_a_changed_address_brings_no_new_searches(ada, ada_at_acme, coupa, now):
    User.objects.filter(pk=ada.pk).update(person_key=person_key(ada.email))
    ada.refresh_from_db()
    search(ada_at_acme)
    change_address(ada, "ada@elsewhere.example", now=now, actor=ada)
    other = make_supplier("Elsewhere", admin=ada).memberships.get()
    assert left(other, timezone.now()) == 19


def test_what_is_left_is_the_smallest_remainder_of_the_scopes(ada_at_acme, mia_at_acme, coupa):
    search(ada_at_acme)
    search(mia_at_acme, "organon")
    assert used("search:person", person_key("ada@acme.example")) == 1
    assert left(ada_at_acme, timezone.now()) == 18


def test_free_mail_is_no_scope_of_its_own(coupa, settings):
    settings.PORTAL_SEARCHES_A_DAY = 1
    first = make_supplier("One", admin=make_user("one@naver.com")).memberships.get()
    second = make_supplier("Two", admin=make_user("two@naver.com")).memberships.get()
    search(first)
    assert search(second, "organon").cost == 1


def test_the_operators_number_counts_for_the_supplier(ada_at_acme, coupa):
    ada_at_acme.supplier.searches_a_day = 50
    assert left(ada_at_acme, timezone.now()) == 50


def test_the_operators_number_holds_in_every_scope(ada_at_acme, coupa, settings):
    settings.PORTAL_SEARCHES_A_DAY = 1
    ada_at_acme.supplier.searches_a_day = 2
    assert [search(ada_at_acme, words).cost for words in ("coupa", "organon")] == [1, 1]
    with pytest.raises(NoneLeft):
        search(ada_at_acme, "mirae")


def test_no_more_is_kept_than_the_number_of_results(ada_at_acme, coupa, settings):
    settings.PORTAL_SEARCH_RESULTS = 1
    assert search(ada_at_acme).results == [str(coupa.pk)]


def test_a_customer_that_is_unlisted_after_a_search_is_no_longer_shown(ada_at_acme, coupa):
    attempt = search(ada_at_acme)
    coupa.is_listed = False
    coupa.save(update_fields=["is_listed"])
    assert [customer.name for customer in attempt.customers()] == ["Coopang Corp."]


def test_giving_back_lowers_each_row_by_what_this_supplier_took(
    ada_at_acme, rob_at_rival, operator, coupa, now
):
    search(ada_at_acme)
    search(ada_at_acme, "organon")
    search(rob_at_rival)
    assert (
        SearchAttempt.give_back(ada_at_acme.supplier, "they were ill", now=now, actor=operator) == 2
    )
    assert left(ada_at_acme, now) == 20
    assert left(rob_at_rival, now) == 19
    assert SearchAttempt.give_back(ada_at_acme.supplier, "again", now=now, actor=operator) == 0


def test_only_todays_searches_are_given_back(ada_at_acme, operator, coupa, now):
    before = search(ada_at_acme, now=now - timedelta(days=1))
    assert (
        SearchAttempt.give_back(ada_at_acme.supplier, "they were ill", now=now, actor=operator) == 0
    )
    before.refresh_from_db()
    assert before.returned_at is None


def test_used_equals_what_was_paid_and_not_given_back(ada_at_acme, operator, coupa, now):
    search(ada_at_acme)
    SearchAttempt.give_back(ada_at_acme.supplier, "test", now=now, actor=operator)
    for words in ("organon", "mirae", "organon"):
        search(ada_at_acme, words)
    paid = SearchAttempt.objects.filter(returned_at=None).aggregate(sum=Sum("cost"))["sum"]
    assert used("search:supplier", str(ada_at_acme.supplier_id)) == paid == 2


def test_it_starts_again_at_midnight_in_the_portals_time_zone(now):
    midnight = timezone.localtime(starts_again(now), timezone.get_default_timezone())
    assert midnight.hour == 0
    assert midnight.minute == 0
    assert midnight - now <= timedelta(days=1)


def test_the_day_is_that_of_the_portals_time_zone(ada_at_acme, coupa):
    """15:00 UTC is midnight in Seoul."""
    before, after = (datetime(2026, 11, 24, *moment, tzinfo=UTC) for moment in ((14, 59), (15, 1)))
    search(ada_at_acme, now=before)
    assert left(ada_at_acme, before) == 19
    assert left(ada_at_acme, after) == 20


@pytest.mark.django_db(transaction=True)
def test_sixty_four_parallel_searches_give_exactly_twenty_results(
    ada_at_acme, mia_at_acme, empty_queue
):
    make_customer("Organon", searchable=True)

    def ask(number):
        member = (ada_at_acme, mia_at_acme)[number % 2]
        try:
            SearchAttempt.make(member, f"organon {number}", now=timezone.now())
            return 1
        except NoneLeft:
            return 0
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(ask, range(64))) == 20
    assert SearchAttempt.objects.filter(cost=1).count() == 20
