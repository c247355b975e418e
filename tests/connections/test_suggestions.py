"""Customers whose vendor list names the supplier are suggested, with the reason; nobody else's are."""

import re

import pytest
from django.urls import reverse

from connections.models import ConnectionRequest, Dismissal
from tests.builders import connect

TABLE = "/setup/requests/"


@pytest.fixture
def client(client_of, ada_at_acme):
    return client_of(ada_at_acme.user)


@pytest.fixture
def listing(organon):
    """Organon, whose vendor list has an address of ACME."""
    organon.vendors.create(name="ACME", email="orders@acme.example", domain="acme.example")
    return organon


def text(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def test_a_suggestion_says_why_and_can_be_dismissed(client, listing):
    assert "Their vendor list has orders@acme.example" in text(client.get(TABLE))
    client.post(reverse("connections:dismiss", args=[listing.pk]))
    assert "Organon" not in text(client.get(TABLE))
    assert Dismissal.objects.count() == 1


def test_from_a_suggestion_the_contact_is_optional(client, listing, settings):
    settings.CAPTCHA = "off"
    answer = client.post(reverse("connections:request_new", args=[listing.pk]), {"contact": "", "consent": "on"})
    asked = ConnectionRequest.objects.get()
    assert (answer.status_code, asked.origin, asked.contact_email) == (302, "suggestion", "")
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
