"""Limits against abuse: exact at once, not undone by a rollback, by client and by network."""

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from django.test import RequestFactory

from core import jobs, limits
from core.models import Tally

START = 1_800_000_000  # the full hour at which a window begins


@pytest.fixture
def at(db, monkeypatch):
    """at(seconds) moves the clock of the limits to that long after the beginning of a window."""

    def move(seconds):
        monkeypatch.setattr(limits, "time", SimpleNamespace(time=lambda: START + seconds))

    move(0)
    return move


def uses(number, key="ada", limit=2, seconds=limits.AN_HOUR):
    return [limits.allowed("test", key, limit, seconds) for _use in range(number)]


def test_each_use_counts_and_each_key_has_its_own_count(at):
    assert uses(4) == [True, True, False, False]
    assert uses(1, key="rob") == [True]


def test_a_limit_of_nothing_refuses_the_first_use(at):
    assert uses(1, limit=0) == [False]


def test_a_limit_ends_with_its_window(at):
    uses(3)
    at(limits.AN_HOUR - 1)
    assert uses(1) == [False]
    at(limits.AN_HOUR)
    assert uses(3) == [True, True, False]


def test_a_window_may_begin_with_the_first_use(at):
    def use():
        return limits.allowed_from_first("test", "ada", 1, 60)

    at(50)
    first = use()
    at(109)
    second = use()
    at(110)
    assert (first, second, use()) == (True, False, True)


def test_what_a_stranger_typed_is_not_kept(at):
    uses(1, key="\x00" + "x" * 10_000)
    assert len(Tally.objects.get().key) == 64


@pytest.mark.django_db(transaction=True)
def test_of_sixteen_at_once_exactly_ten_pass():
    def use(_number):
        try:
            return limits.allowed("test", "ada", 10, limits.A_DAY)
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(use, range(16))) == 10


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_later_gives_no_use_back():
    uses(2)
    with pytest.raises(ConnectionError), transaction.atomic():
        raise ConnectionError
    assert uses(1) == [False]


def test_a_use_in_a_transaction_is_refused_for_its_rollback_would_give_it_back(at):
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        uses(1)


def from_address(address, limit=2):
    request = RequestFactory().get("/", REMOTE_ADDR=address)
    return limits.allowed_for_client("test", request, limit, limits.AN_HOUR)


@pytest.mark.parametrize(
    ("same", "other"),
    [
        (["2001:db8:1:2::1", "2001:db8:1:2::2", "2001:db8:1:2:ffff::"], "2001:db8:1:3::1"),
        (["192.0.2.1", "192.0.2.1", "::ffff:192.0.2.1"], "::ffff:192.0.2.2"),
    ],
)
def test_a_client_is_an_ipv4_address_or_an_ipv6_network_of_64_bits(at, same, other):
    assert [from_address(address) for address in same] == [True, True, False]
    assert from_address(other)


@pytest.mark.parametrize(
    ("inside", "outside"), [("192.0.2.%d", "192.0.3.1"), ("2001:db8:1:%d::1", "2001:db8:2::1")]
)
def test_a_network_may_do_ten_times_as_much_as_a_client(at, inside, outside):
    passed = [from_address(inside % number, limit=1) for number in range(11)]
    assert passed == [True] * 10 + [False]
    assert from_address(outside)


def test_who_is_refused_uses_up_nothing_of_the_network(at):
    for _use in range(20):
        from_address("192.0.2.1", limit=1)
    assert from_address("192.0.2.2", limit=1)


def test_tallies_are_forgotten_once_their_window_is_over(db):
    uses(1)
    limits.allowed_from_first("test", "ada", 1, -1)
    jobs.clean_up.func(timestamp=0)
    assert [tally.ends_at.minute for tally in Tally.objects.all()] == [0]


@pytest.mark.parametrize(
    ("seconds", "passed", "words"),
    [
        (60, 59, "Wait 1 minute, then try again."),
        (limits.AN_HOUR, 0, "Wait 60 minutes, then try again."),
        (limits.AN_HOUR, 3541, "Wait 1 minute, then try again."),
        (limits.A_DAY, 0, "Wait 16 hours, then try again."),
        (limits.A_DAY, 14 * 3600 + 1, "Wait 120 minutes, then try again."),
    ],
)
def test_the_wait_is_told_in_minutes_or_hours(seconds, passed, words, at):
    at(passed)
    assert limits.wait(seconds) == words
