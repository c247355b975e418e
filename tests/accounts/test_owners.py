"""A notification and an audit entry belong to a supplier or to a customer."""

import uuid

import pytest
from django.db import IntegrityError

from accounts.models import AuditEntry, Notification

CUSTOMER = uuid.uuid4()  # any id: accounts knows no table of customers


def note_to(user, **owner):
    return Notification.objects.create(
        user=user, kind="role_changed", object_id=uuid.uuid4(), **owner
    )


def test_news_are_found_by_their_owner(ada, acme, rival):
    ours, _theirs = note_to(ada, supplier=acme), note_to(ada, supplier=rival)
    of_customer, _other = note_to(ada, customer_id=CUSTOMER), note_to(ada, customer_id=uuid.uuid4())
    assert list(Notification.objects.for_supplier(acme)) == [ours]
    assert list(Notification.objects.for_customer(CUSTOMER)) == [of_customer]


@pytest.mark.parametrize("has_both", [True, False])
def test_news_have_one_owner_not_two_and_not_none(ada, acme, has_both):
    owners = {"supplier": acme, "customer_id": CUSTOMER} if has_both else {}
    with pytest.raises(IntegrityError, match="notification_has_one_owner"):
        note_to(ada, **owners)


def test_news_of_a_customer_are_not_on_the_pages_of_a_supplier(client_of, ada, acme):
    note_to(ada, customer_id=CUSTOMER)
    page = client_of(ada).get("/notifications/").content.decode()
    assert "No notifications yet" in page


def record(acme, audience, *, customer_id=CUSTOMER):
    return AuditEntry.objects.record(
        "tested", about=acme, supplier=acme, customer_id=customer_id, audience=audience
    )


def test_an_entry_is_read_by_its_audience_only(acme, rival):
    entries = {
        audience: record(acme, audience) for audience in ("supplier", "customer", "operator")
    }
    record(rival, "supplier")
    record(acme, "customer", customer_id=uuid.uuid4())
    assert list(AuditEntry.objects.for_supplier(acme)) == [entries["supplier"]]
    assert list(AuditEntry.objects.for_customer(CUSTOMER)) == [entries["customer"]]


def test_an_entry_for_a_customer_names_it(acme):
    with pytest.raises(IntegrityError, match="entry_for_a_customer_names_it"):
        record(acme, "customer", customer_id=None)
