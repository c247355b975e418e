"""Requests at the same moment: one wins, and the profile says the same as the request."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.utils import timezone

from connections.models import CannotRequest, ConnectionRequest
from core.states import AlreadyDecided
from customers.models import CustomerProfile
from tests.builders import make_customer, make_request
from tests.connections.conftest import DECISIONS, STAGES
from tests.fixtures_mail import written_to


def at_once(*deeds):
    def do(deed):
        try:
            deed()
            return 1
        except (AlreadyDecided, CannotRequest):
            return 0
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        return sum(pool.map(do, deeds))


@pytest.mark.django_db(transaction=True)
def test_thirty_two_equal_requests_make_one(ada_at_acme, organon, empty_queue):
    assert at_once(*[lambda: make_request(ada_at_acme, organon)] * 32) == 1
    assert ConnectionRequest.objects.count() == 1
    assert written_to() == ["maria@organon.example"]


@pytest.mark.django_db(transaction=True)
def test_requests_to_many_customers_at_once_stay_within_the_day(ada_at_acme, settings, empty_queue):
    settings.PORTAL_REQUESTS_A_DAY = 3
    customers = [make_customer(f"Customer {number}") for number in range(12)]
    assert at_once(*(partial(make_request, ada_at_acme, customer) for customer in customers)) == 3
    assert ConnectionRequest.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_accept_decline_and_withdraw_at_once_have_one_winner(ada_at_acme, organon, empty_queue):
    request = make_request(ada_at_acme, organon)
    now = timezone.now()

    def deed(decide):
        return lambda: decide(ConnectionRequest.objects.get(pk=request.pk), now, ada_at_acme.user)

    assert at_once(*[deed(decide) for decide in DECISIONS.values()] * 5) == 1
    request.refresh_from_db()
    assert CustomerProfile.objects.get().stage == STAGES[request.status]


@pytest.mark.django_db(transaction=True)
def test_expiry_and_acceptance_around_the_deadline_have_one_winner(
    ada_at_acme, organon, empty_queue
):
    request = make_request(ada_at_acme, organon)
    edge = request.expires_at

    def fresh():
        return ConnectionRequest.objects.get(pk=request.pk)

    early, late = edge - timedelta(seconds=1), edge
    assert at_once(*[lambda: fresh().accept(now=early), lambda: fresh().expire(now=late)] * 8) == 1
    request.refresh_from_db()
    assert CustomerProfile.objects.get().stage == (
        "connected" if request.status == "accepted" else "dropped"
    )
