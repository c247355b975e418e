"""Suggested are customers whose vendor list names the supplier, with the reason, and no others."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from connections.models import ConnectionRequest, Dismissal
from connections.suggestions import suggest
from customers.members import limit_to
from customers.models import CustomerProfile
from tests.builders import connect, make_customer, make_request, make_supplier, make_user

TABLE = "/setup/requests/"


@pytest.fixture
def client(client_of, ada_at_acme):
    return client_of(ada_at_acme.user)


@pytest.fixture
def listing(organon):
    # Its vendor list has an address of ACME.
    organon.vendors.create(name="ACME", email="orders@acme.example", domain="acme.example")
    return organon


def text(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def suggested_to(membership, now):
    return [one.customer.name for one in suggest(membership, now)]


def test_a_suggestion_says_why_and_can_be_dismissed(client, listing):
    assert "Their vendor list has orders@acme.example" in text(client.get(TABLE))
    client.post(reverse("connections:dismiss", args=[listing.pk]))
    assert "Organon" not in text(client.get(TABLE))
    assert Dismissal.objects.count() == 1


def test_from_a_suggestion_the_contact_is_optional(client, listing, settings):
    settings.CAPTCHA = "off"
    answer = client.post(
        reverse("connections:request_new", args=[listing.pk]), {"contact": "", "consent": "on"}
    )
    asked = ConnectionRequest.objects.get()
    assert answer.status_code == 302
    assert asked.origin == "suggestion"
    assert asked.contact_email == ""
    assert "Started by the portal" in text(client.get(TABLE))


def test_an_unverified_number_suggests_nothing(client, ada_at_acme, organon, now):
    supplier = ada_at_acme.supplier
    supplier.registration_number = "120-81-47521"
    supplier.save(update_fields=["registration_number"])
    organon.vendors.create(name="ACME", tax_number="1208147521")
    assert "Organon" not in text(client.get(TABLE))
    supplier.verify_number(supplier.registration_number, now=now, actor=ada_at_acme.user)
    assert "Their vendor list has your registration number" in text(client.get(TABLE))


def test_a_connected_customer_is_not_suggested(client, ada_at_acme, listing):
    connect(ada_at_acme, listing)
    assert "Suggested" not in text(client.get(TABLE))


@pytest.mark.parametrize("flag", ["is_listed", "takes_requests"])
def test_a_customer_that_is_not_listed_or_takes_no_requests_is_not_suggested(
    flag, ada_at_acme, listing, now
):
    assert suggested_to(ada_at_acme, now) == ["Organon"]
    setattr(listing, flag, False)
    listing.save(update_fields=[flag])
    assert suggested_to(ada_at_acme, now) == []


def test_free_mail_suggests_nothing(organon, now):
    gmail = make_supplier("Gmail Shop", admin=make_user("shop@gmail.com")).memberships.get()
    organon.vendors.create(name="Somebody", email="other@gmail.com", domain="gmail.com")
    assert suggested_to(gmail, now) == []


def test_a_suggestion_is_dismissed_for_one_supplier_only(
    client, ada_at_acme, rob_at_rival, listing, now
):
    listing.vendors.create(name="Rival", email="rob@rival.example", domain="rival.example")
    client.post(reverse("connections:dismiss", args=[listing.pk]))
    assert suggested_to(ada_at_acme, now) == []
    assert suggested_to(rob_at_rival, now) == ["Organon"]


def test_only_what_is_suggested_can_be_dismissed(client, listing):
    other = make_customer("Mirae Display")
    assert client.post(reverse("connections:dismiss", args=[other.pk])).status_code == 404
    assert not Dismissal.objects.exists()


def test_a_suspended_supplier_gets_no_suggestions(ada_at_acme, listing, now):
    ada_at_acme.supplier.suspend("test", now=now)
    assert suggested_to(ada_at_acme, now) == []


def test_a_customer_that_a_limited_member_does_not_see_is_not_suggested_to_them(
    ada, mia_at_acme, listing, now
):
    CustomerProfile.locked(mia_at_acme.supplier, listing)
    assert suggested_to(mia_at_acme, now) == ["Organon"]
    limit_to(mia_at_acme, [], now=now, actor=ada)
    assert suggested_to(mia_at_acme, now) == []


def test_a_customer_that_is_asked_already_is_not_suggested_until_the_request_is_over(
    ada_at_acme, listing, now
):
    asked = make_request(ada_at_acme, listing, now=now)
    assert suggested_to(ada_at_acme, now) == []
    assert suggested_to(ada_at_acme, asked.expires_at) == ["Organon"]


def test_who_declined_is_suggested_again_after_the_pause(ada_at_acme, listing, now):
    make_request(ada_at_acme, listing, now=now).decline("other", now=now)
    assert suggested_to(ada_at_acme, now + timedelta(days=29)) == []
    assert suggested_to(ada_at_acme, now + timedelta(days=30, minutes=1)) == ["Organon"]


def test_who_was_asked_as_often_as_allowed_is_suggested_again_only_after_a_connection(
    ada_at_acme, listing, now
):
    for _time in range(3):
        request = make_request(ada_at_acme, listing, now=now)
        request.withdraw(now=now, actor=ada_at_acme.user)
    assert suggested_to(ada_at_acme, now) == []
    request.profile.connect(now)
    request.profile.end("over", now=now + timedelta(days=1), actor=ada_at_acme.user)
    assert suggested_to(ada_at_acme, now + timedelta(days=1)) == ["Organon"]
