"""Limits against abuse: counted within a window, and not forgotten before its end."""

from types import SimpleNamespace

import pytest
from django.core.cache import cache

from core import limits

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
    assert uses(1) == [True]


def test_a_count_is_kept_longer_than_the_cache_keeps_things_by_itself(at, monkeypatch):
    monkeypatch.setattr(cache, "default_timeout", -1)  # what is set without a time is gone at once
    assert uses(4) == [True, True, False, False]


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
