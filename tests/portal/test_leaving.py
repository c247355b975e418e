"""A company leaves the portal after days in which it can be kept; some rows stay, for a time."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.company_closing import begin_closing
from accounts.models import AuditEntry, BankAccount, Supplier, SupportRequest
from connections.models import ConnectionRequest
from core.models import Mail
from core.states import AlreadyDecided
from customers.models import StepAnswer, Submission
from portal import jobs
from portal.leaving import closing
from portal.models import Export
from tests.builders import PASSWORD, make_customer, make_request
from tests.portal.conftest import submitted


def test_an_admin_closes_the_company_after_packing_with_the_password(
    client_of, ada, acme, packed, now
):
    client = client_of(ada)
    client.post(reverse("leaving:company_close"), {"password": "wrong"})
    acme.refresh_from_db()
    assert acme.closing_at is None
    client.post(reverse("leaving:company_close"), {"password": PASSWORD})
    acme.refresh_from_db()
    assert acme.closing_at > now + timedelta(days=13)
    assert Mail.objects.get(name="company_closing").to == "ada@acme.example"
    assert client.get("/setup/customers/").status_code == 200


def test_without_packing_it_is_not_closed(client_of, ada, acme):
    client_of(ada).post(reverse("leaving:company_close"), {"password": PASSWORD})
    acme.refresh_from_db()
    assert acme.closing_at is None


def test_it_can_be_kept_open(client_of, ada, acme, now):
    begin_closing(acme, now=now, actor=ada)
    client_of(ada).post(reverse("leaving:company_keep"))
    acme.refresh_from_db()
    assert acme.closing_at is None
    assert [one.kind for one in AuditEntry.objects.order_by("pk")] == [
        "company_closing",
        "company_kept",
    ]


def test_before_its_days_are_over_nothing_closes(ada_at_acme, acme, now):
    begin_closing(acme, now=now, actor=ada_at_acme.user)
    jobs.close_companies.func(timestamp=0)
    acme.refresh_from_db()
    assert acme.closed_at is None
    with pytest.raises(AlreadyDecided):
        closing.close(acme, now=now)


def test_closed_it_ends_connections_and_requests_and_tells_the_customers(
    client_of, ada, ada_at_acme, mia_at_acme, acme, now
):
    profile = submitted(ada_at_acme, now)
    asked = make_request(ada_at_acme, make_customer("Mirae"), now=now)
    begin_closing(acme, now=now - timedelta(days=20), actor=ada)
    Mail.objects.all().delete()
    jobs.close_companies.func(timestamp=0)
    profile.refresh_from_db()
    asked.refresh_from_db()
    assert profile.stage == "ended"
    assert asked.status == "withdrawn"
    letter = Mail.objects.get(name="connection_ended")
    assert letter.to == "maria@organon.example"
    assert profile.ended_because not in letter.text
    assert Mail.objects.get(name="company_closed").to == "ada@acme.example"
    assert client_of(ada).get("/").url == "/company/new/"
    assert acme.documents.count() == 0
    assert acme.bank_accounts.current().count() == 0
    assert Submission.objects.count() == 1
    assert StepAnswer.objects.get().draft == {}


def test_after_years_the_record_goes_and_nobody_is_named(ada_at_acme, acme, now, settings):
    submitted(ada_at_acme, now)
    begin_closing(acme, now=now - timedelta(days=20), actor=ada_at_acme.user)
    closing.close(acme, now=now)
    Supplier.objects.update(closed_at=now - timedelta(days=365 * settings.PORTAL_RECORD_YEARS + 1))
    SupportRequest.objects.create(supplier=acme, email="ada@acme.example", message="What now?")
    jobs.forget_companies.func(timestamp=0)
    acme.refresh_from_db()
    assert acme.name == "–"
    assert acme.address == ""
    for things in (
        Submission,
        StepAnswer,
        ConnectionRequest,
        BankAccount,
        BankAccount.pgh_event_model,
        SupportRequest,
    ):
        assert not things.objects.exists()
    assert not AuditEntry.objects.filter(supplier=acme).exists()
    jobs.forget_companies.func(timestamp=0)


def test_a_forgotten_companys_export_is_deleted_once_that_is_certain(
    acme, packed, now, settings, django_capture_on_commit_callbacks
):
    Supplier.objects.update(closed_at=now)
    file = Export.objects.get().file
    with django_capture_on_commit_callbacks() as later:
        closing.erase(acme)
    assert file.storage.exists(file.name)
    for act in later:
        act()
    assert not file.storage.exists(file.name)
