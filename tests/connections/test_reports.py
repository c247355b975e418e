"""Reports of customers that don't know a company: they count, suspend it, and can be set aside."""

from datetime import timedelta

import pytest

from accounts.models import AuditEntry, Notification, Preference
from accounts.models.notifications import send_digest
from connections.models import CannotRequest, ConnectionRequest, Report, request_contacts
from core.models import Mail
from customers.models import CustomerProfile
from tests.builders import make_customer, make_request
from tests.fixtures_mail import written_to


def link_of(request):
    return request.links().get()


def test_three_reports_of_different_customers_suspend_the_supplier(ada_at_acme, now):
    for number in range(3):
        customer = make_customer(f"Customer {number}", contacts=[f"a@c{number}.example"])
        request = make_request(ada_at_acme, customer, now=now)
        ada_at_acme.supplier.refresh_from_db()
        assert not ada_at_acme.supplier.is_suspended
        request_contacts.report(request, now=now, link=link_of(request))
    ada_at_acme.supplier.refresh_from_db()
    assert ada_at_acme.supplier.is_suspended
    assert ada_at_acme.supplier.suspended_because == "여러 고객이 모르는 회사라고 신고했어요."
    assert written_to("supplier_suspended") == ["ada@acme.example"]


def is_suspended(supplier):
    supplier.refresh_from_db()
    return supplier.is_suspended


def test_reports_of_one_customer_count_once(ada_at_acme, organon, now):
    for number in range(3):
        request = make_request(ada_at_acme, organon, now=now + timedelta(days=31 * number))
        request_contacts.report(request, now=request.created_at, link=link_of(request))
    assert Report.objects.count() == 3
    assert not is_suspended(ada_at_acme.supplier)


def test_not_us_does_not_count_towards_a_suspension(ada_at_acme, now):
    for number, kind in enumerate(["not_us", "not_us", "unknown_company"]):
        request = make_request(ada_at_acme, make_customer(f"C {number}"), now=now)
        Report.file(request, kind, f"a@c{number}.example", now=now)
    assert Report.objects.count() == 3
    assert not is_suspended(ada_at_acme.supplier)


def test_a_report_shows_as_declined(ada_at_acme, organon, now):
    request = make_request(ada_at_acme, organon, now=now)
    request_contacts.report(request, now=now, link=link_of(request))
    request.refresh_from_db()
    assert request.status == "declined"
    assert Report.objects.get().kind == "unknown_company"


def test_lifting_makes_older_reports_not_count(ada_at_acme, operator, now):
    for number in range(3):
        request = make_request(
            ada_at_acme, make_customer(f"C {number}", contacts=[f"a@c{number}.example"]), now=now
        )
        request_contacts.report(request, now=now, link=link_of(request))
        ada_at_acme.supplier.refresh_from_db()
    later = now + timedelta(hours=1)
    ada_at_acme.supplier.lift_suspension("checked", now=later, actor=operator)
    request = make_request(ada_at_acme, make_customer("C 9", contacts=["a@c9.example"]), now=later)
    request_contacts.report(request, now=later, link=link_of(request))
    ada_at_acme.supplier.refresh_from_db()
    assert not ada_at_acme.supplier.is_suspended


@pytest.mark.parametrize("way", ["", "now", "digest"])
def test_a_suspended_suppliers_requests_stay_decidable_but_nobody_is_mailed(
    way, ada_at_acme, organon, now
):
    if way:
        Preference.objects.create(user=ada_at_acme.user, kind="request_accepted", way=way)
    request = make_request(ada_at_acme, organon, now=now)
    ada_at_acme.supplier.suspend("test", now=now)
    before = Mail.objects.count()
    ConnectionRequest.objects.get(pk=request.pk).accept(now=now)
    send_digest(ada_at_acme.user, now=now)
    assert Mail.objects.count() == before
    assert CustomerProfile.objects.get().stage == "connected"
    assert Notification.objects.get().kind == "request_accepted"


def test_mail_that_fails_during_a_suspension_leaves_the_request_in_the_operators_queue(
    ada_at_acme, organon, operator, now
):
    request = make_request(ada_at_acme, organon, contact="gone@organon.example", now=now)
    request.supplier.suspend("test", now=now)
    request_contacts.reroute(request, "gone@organon.example", now=now)
    request.refresh_from_db()
    assert request.no_known_contact
    assert AuditEntry.objects.filter(kind="request_routed").first().data["to"] == []
    with pytest.raises(CannotRequest):
        request_contacts.add_contact(request, "maria@organon.example", now=now, actor=operator)
    request.supplier.lift_suspension("checked", now=now, actor=operator)
    request_contacts.add_contact(request, "maria@organon.example", now=now, actor=operator)
    assert request.links().live(now).get().address == "maria@organon.example"
