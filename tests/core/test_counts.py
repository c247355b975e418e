from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection

from core.models import DailyCount

DAY = date(2026, 11, 24)


def spend(*_):
    try:
        return DailyCount.objects.spend("search", "acme", DAY, 20)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_sixty_four_at_once_get_exactly_twenty():
    with ThreadPoolExecutor(16) as pool:
        granted = sum(pool.map(spend, range(64)))
    assert granted == 20
    assert DailyCount.objects.used("search", "acme", DAY) == 20


@pytest.mark.django_db
def test_giving_back_never_goes_below_zero():
    DailyCount.objects.spend("search", "acme", DAY, 20)
    DailyCount.objects.give_back("search", "acme", DAY, 5)
    assert DailyCount.objects.used("search", "acme", DAY) == 0


@pytest.mark.django_db
def test_another_day_starts_at_zero():
    DailyCount.objects.spend("search", "acme", DAY, 20)
    assert DailyCount.objects.used("search", "acme", date(2026, 11, 25)) == 0
