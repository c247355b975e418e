"""django-allauth's limits are ours: in rows, exact, by network."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from allauth.core.internal import ratelimit
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import reverse

from core.models import Tally
from tests.builders import PASSWORD


def consume(address="192.0.2.1", **more):
    request = RequestFactory().post("/", REMOTE_ADDR=address)
    rates = {"test": "10/d/ip"}
    return ratelimit.consume(request, app="allauth.account", action="test", config=rates, **more)


@pytest.mark.django_db(transaction=True)
def test_of_sixteen_at_once_exactly_ten_pass():
    def use(_number):
        try:
            return bool(consume())
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(use, range(16))) == 10


def test_nothing_is_counted_in_the_cache(db, monkeypatch):
    monkeypatch.setattr(ratelimit, "cache", None)
    usage = consume()
    usage.rollback()
    assert set(Tally.objects.values_list("used", flat=True)) == {0}
    ratelimit.clear(
        RequestFactory().post("/"), app="allauth.account", action="login_failed", key="ada"
    )


def test_a_look_counts_nothing(db):
    assert consume(dry_run=True)
    assert not Tally.objects.exists()


def test_a_network_is_refused_as_a_whole(db):
    passed = [bool(consume(f"192.0.2.{number // 10}")) for number in range(110)]
    assert passed == [True] * 100 + [False] * 10


def log_in(password, email="ada@acme.example"):
    page = Client(headers={"accept-language": "en"}).post(
        reverse("account_login"), {"login": email, "password": password}
    )
    return page.content.decode()


def test_a_right_password_uses_up_no_try(ada):
    for _time in range(6):
        log_in(PASSWORD)
    assert "Too many tries" not in log_in("wrong")
