"""The record that admins read: every kind has its words, and tells nothing of customers' people."""

import re

import pytest
from django.template.loader import get_template
from django.urls import reverse

from accounts.models import AuditEntry
from tests.builders import connect, make_customer, make_request
from tests.tree import modules

OPERATORS = {
    "address_muted", "demo_loaded", "request_routed", "request_mail_failed", "request_forwarded", "supplier_invited",
    "invitation_resent", "invitation_corrected", "invitation_revoked", "invitation_forwarded", "searches_allowed",
    "requests_allowed", "account_reopened",
    "setups_exported",
}  # fmt: skip
MADE = {f"request_{status}" for status in ("accepted", "declined", "expired", "withdrawn")} | {
    "step_approved",
    "step_returned",
    "member_left",
    "member_deactivated",
    "email_changed",
    "email_corrected",
}


def recorded():
    found = set(MADE)
    for _name, text in modules("accounts", "customers", "connections"):
        found |= set(re.findall(r'(?:\.record|_record|_record_all)\(\s*"([a-z_]+)"', text))
    return found - OPERATORS


def test_every_kind_that_a_supplier_may_read_has_words():
    kinds = recorded()
    assert len(kinds) > 30
    for kind in kinds:
        assert get_template(f"activity/{kind}.html")


def page(client, query=""):
    return client.get(reverse("accounts:activity") + query).content.decode()


def test_an_admin_reads_who_did_what(client_of, ada, ada_at_acme, mia_at_acme, organon, now):
    make_request(mia_at_acme, organon, now=now)
    mia_at_acme.change_role("viewer", now=now, actor=ada)
    text = page(client_of(ada))
    assert "asked Organon to connect" in text
    assert "made Mia Lee a viewer" in text


def test_one_persons_deeds_are_picked_out(client_of, ada, ada_at_acme, mia_at_acme, organon, now):
    make_request(mia_at_acme, organon, now=now)
    make_request(ada_at_acme, make_customer("Mirae"), now=now)
    mia_at_acme.refresh_from_db()
    text = page(client_of(ada), f"?by={mia_at_acme.key}")
    assert "asked Organon" in text
    assert "asked Mirae" not in text


def test_neither_the_customers_person_nor_the_operators_name_is_told(
    client_of, ada, ada_at_acme, operator, now
):
    organon = make_customer("Organon", contacts=["maria@organon.example"])
    asked = make_request(ada_at_acme, organon, now=now)
    asked.accept(now=now, link=asked.links().get())
    make_request(ada_at_acme, make_customer("Mirae"), now=now).accept(now=now, actor=operator)
    text = page(client_of(ada))
    assert "The customer" in text
    assert "The operator" in text
    for secret in ("maria@organon.example", "Olga Operator", "request_routed"):
        assert secret not in text


def test_other_companies_deeds_are_not_shown(client_of, ada, acme, rob_at_rival, organon, now):
    connect(rob_at_rival, organon, now=now)
    assert "Organon" not in page(client_of(ada))


@pytest.mark.parametrize("query", ["?by=x", "?page=99", "?by=%00", "?page=-1"])
def test_odd_queries_are_answered(client_of, ada, acme, query):
    assert client_of(ada).get(reverse("accounts:activity") + query).status_code in (200, 400)


def test_it_does_the_same_queries_for_many_entries(client_of, ada, acme, django_assert_num_queries):
    client = client_of(ada)
    page(client)
    for number in (1, 40):
        for place in range(number):
            AuditEntry.objects.record(
                "document_added", about=acme, supplier=acme, actor=ada, name=f"{place}.pdf"
            )
        with django_assert_num_queries(6):
            page(client)
