"""Asking a customer, and what becomes of a request: each rule, each change of status."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from connections import origins
from connections.models import CannotRequest, ConnectionRequest, Origin, Refusal
from core.models import Link
from core.states import AlreadyDecided
from customers.members import limit_to
from customers.models import CustomerProfile
from tests.builders import connect, make_attempt, make_customer, make_request
from tests.connections.conftest import DECISIONS, STAGES


def refusal(membership, customer, **options):
    with pytest.raises(CannotRequest) as refused:
        make_request(membership, customer, **options)
    return refused.value.code


def test_a_second_request_while_one_waits_names_the_first(ada_at_acme, mia_at_acme, organon):
    first = make_request(ada_at_acme, organon)
    with pytest.raises(CannotRequest) as refused:
        make_request(mia_at_acme, organon)
    assert refused.value.code == Refusal.PENDING
    assert refused.value.asked == first


def test_the_database_itself_refuses_a_second_pending_request(ada_at_acme, organon):
    first = make_request(ada_at_acme, organon)
    first.pk = None
    with pytest.raises(IntegrityError, match="one_pending_request"), transaction.atomic():
        ConnectionRequest.objects.bulk_create([ConnectionRequest(**fields_of(first))])


def fields_of(request):
    names = [field.attname for field in request._meta.concrete_fields if field.name != "id"]
    return {name: getattr(request, name) for name in names}


def test_three_requests_in_all_and_one_more_by_the_operator(ada_at_acme, organon, now):
    for days in (50, 45, 40):
        make_request(ada_at_acme, organon, days_ago=days).withdraw(
            now=now - timedelta(days=days), actor=ada_at_acme.user
        )
    assert refusal(ada_at_acme, organon) == Refusal.TOO_MANY
    CustomerProfile.objects.update(extra_requests=1)
    assert make_request(ada_at_acme, organon).status == "pending"


@pytest.mark.parametrize("status", ["expired", "declined", "withdrawn"])
def test_all_three_count_whatever_became_of_them(status, ada_at_acme, organon, now):
    for days in (200, 150, 100):
        request = make_request(ada_at_acme, organon, days_ago=days)
        if status == "expired":
            request.expire(now=request.expires_at)
        else:
            DECISIONS[status](request, request.created_at, ada_at_acme.user)
    assert refusal(ada_at_acme, organon) == Refusal.TOO_MANY


def test_withdrawing_gives_nothing_of_the_day_back(ada_at_acme, organon, settings, now):
    settings.PORTAL_REQUESTS_A_DAY = 1
    make_request(ada_at_acme, organon, now=now).withdraw(now=now, actor=ada_at_acme.user)
    assert refusal(ada_at_acme, make_customer("Other Inc."), now=now) == Refusal.DAILY


def test_a_request_waits_thirty_days(ada_at_acme, organon, now):
    assert make_request(ada_at_acme, organon, now=now).expires_at == now + timedelta(days=30)


def test_after_a_decline_it_takes_thirty_days(ada_at_acme, organon, now):
    make_request(ada_at_acme, organon, now=now).decline("other", now=now)
    assert refusal(ada_at_acme, organon, now=now + timedelta(days=29)) == Refusal.DECLINED
    assert (
        make_request(ada_at_acme, organon, now=now + timedelta(days=30, minutes=1)).status
        == "pending"
    )


def test_an_overdue_request_makes_room_before_the_worker_has_run(ada_at_acme, organon, now):
    old = make_request(ada_at_acme, organon, days_ago=31)
    assert make_request(ada_at_acme, organon, now=now).status == "pending"
    old.refresh_from_db()
    assert old.status == "expired"


def test_ten_requests_a_day_and_supplier(ada_at_acme, mia_at_acme, organon, settings):
    settings.PORTAL_REQUESTS_A_DAY = 1
    make_request(ada_at_acme, organon)
    other = make_customer("Other Inc.")
    assert refusal(mia_at_acme, other) == Refusal.DAILY
    assert not CustomerProfile.objects.filter(customer=other).exists()


def test_no_request_where_connected(ada_at_acme, organon):
    connect(ada_at_acme, organon)
    assert refusal(ada_at_acme, organon) == Refusal.CONNECTED


def test_no_request_where_the_customer_takes_none(ada_at_acme):
    assert (
        refusal(ada_at_acme, make_customer("Shy AB", takes_requests=False))
        == Refusal.INVITATION_ONLY
    )


def test_no_request_to_a_customer_that_is_not_listed(ada_at_acme):
    assert (
        refusal(ada_at_acme, make_customer("Hidden AB", is_listed=False)) == Refusal.INVITATION_ONLY
    )


def test_no_request_of_a_suspended_supplier(ada_at_acme, organon, now):
    ada_at_acme.supplier.suspend("test", now=now)
    assert refusal(ada_at_acme, organon) == Refusal.SUSPENDED


def test_ending_a_connection_starts_the_count_anew(ada_at_acme, organon, now):
    profile = connect(ada_at_acme, organon, now=now - timedelta(days=9))
    profile.end("over", now=now - timedelta(days=8), actor=ada_at_acme.user)
    for days in (7, 6, 5):
        make_request(ada_at_acme, organon, days_ago=days).withdraw(
            now=now - timedelta(days=days), actor=ada_at_acme.user
        )
    assert refusal(ada_at_acme, organon) == Refusal.TOO_MANY


def test_ending_a_connection_takes_the_operators_extra_requests_back(
    ada_at_acme, organon, operator, now
):
    profile = connect(ada_at_acme, organon, now=now)
    profile.allow_requests(5, now=now, actor=operator)
    profile.end("over", now=now, actor=ada_at_acme.user)
    profile.refresh_from_db()
    assert profile.requests_allowed == 3


# Where a request may start from


def test_an_own_earlier_request_leads_to_the_customer_with_a_contact_only(
    ada_at_acme, rob_at_rival, organon, now
):
    asked = make_request(ada_at_acme, organon)
    assert origins.find(ada_at_acme, organon, now) == (Origin.REQUEST, asked.pk, False)
    assert origins.find(rob_at_rival, organon, now) is None


def test_an_earlier_request_that_a_member_does_not_see_leads_them_nowhere(
    ada, ada_at_acme, mia_at_acme, organon, now
):
    make_request(ada_at_acme, organon)
    assert origins.find(mia_at_acme, organon, now) is not None
    limit_to(mia_at_acme, [], now=now, actor=ada)
    assert origins.find(mia_at_acme, organon, now) is None


@pytest.mark.parametrize("is_suggested", [True, False])
def test_the_contact_may_be_left_out_only_when_the_customer_is_suggested(
    is_suggested, ada_at_acme, organon, now
):
    found = make_attempt(ada_at_acme, organon)
    if is_suggested:
        organon.vendors.create(name="ACME", email="x@acme.example", domain="acme.example")
    assert origins.find(ada_at_acme, organon, now) == (Origin.ATTEMPT, found.pk, is_suggested)


# Deciding: the state table


@pytest.mark.parametrize("status", DECISIONS)
def test_a_pending_request_is_decided_once(status, ada_at_acme, organon, now):
    request = make_request(ada_at_acme, organon, now=now)
    DECISIONS[status](request, now, ada_at_acme.user)
    for decide in DECISIONS.values():
        with pytest.raises(AlreadyDecided):
            decide(request, now, ada_at_acme.user)
    request.refresh_from_db()
    assert request.status == status


@pytest.mark.parametrize("status", DECISIONS)
def test_an_overdue_request_can_only_expire(status, ada_at_acme, organon, now):
    request = make_request(ada_at_acme, organon, days_ago=31)
    with pytest.raises(AlreadyDecided):
        DECISIONS[status](request, now, ada_at_acme.user)
    request.expire(now=now)
    request.refresh_from_db()
    assert request.status == "expired"


def test_a_request_in_time_does_not_expire(ada_at_acme, organon, now):
    with pytest.raises(AlreadyDecided):
        make_request(ada_at_acme, organon, now=now).expire(now=now)


@pytest.mark.parametrize("status", STAGES)
def test_the_profile_follows_in_the_same_step(status, ada_at_acme, organon, now):
    request = make_request(ada_at_acme, organon, now=now)
    assert CustomerProfile.objects.get().stage == "requested"
    DECISIONS[status](request, now, ada_at_acme.user)
    assert CustomerProfile.objects.get().stage == STAGES[status]


def test_a_declined_request_after_a_connection_falls_back_to_ended(ada_at_acme, organon, now):
    connect(ada_at_acme, organon, now=now).end("over", now=now, actor=ada_at_acme.user)
    make_request(ada_at_acme, organon, now=now).decline("other", now=now)
    assert CustomerProfile.objects.get().stage == "ended"


def test_all_links_die_with_the_decision_and_the_row_says_whose_decided(ada_at_acme, organon, now):
    organon.contacts.create(email="two@organon.example")
    request = make_request(ada_at_acme, organon, now=now)
    mine = Link.objects.of("request", request.pk).get(address="two@organon.example")
    request.accept(now=now, link=mine)
    conditions = {
        link.address: link.condition(now) for link in Link.objects.of("request", request.pk)
    }
    assert conditions == {"two@organon.example": "used", "maria@organon.example": "revoked"}
    request.refresh_from_db()
    assert request.decided_link == mine


@pytest.mark.parametrize("view", ["request", "request_withdraw"])
def test_the_request_to_a_customer_that_a_member_does_not_see_is_a_404(
    view, ada, mia, ada_at_acme, mia_at_acme, organon, client_of, now
):
    request = make_request(ada_at_acme, organon)
    limit_to(mia_at_acme, [], now=now, actor=ada)
    ask = client_of(mia).post if view == "request_withdraw" else client_of(mia).get
    assert ask(reverse(f"connections:{view}", args=[request.pk])).status_code == 404
    request.refresh_from_db()
    assert request.status == "pending"
