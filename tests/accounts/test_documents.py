"""The company's documents: added and read by whom, and news before they run out."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.jobs import tell_of_documents
from accounts.models import Document, Notification
from core.models import Mail, today
from tests.files import a_pdf


@pytest.fixture
def client(client_of, ada, acme):
    return client_of(ada)


def add(client, name="certificate.pdf", **more):
    data = {"detail": "insurance_certificate", "file": a_pdf(name), "expires_on": ""} | more
    return client.post(reverse("accounts:document_add"), data)


def test_an_admin_adds_a_document_that_everybody_of_the_company_fetches(
    client, client_of, vic, acme
):
    add(client)
    document = acme.documents.get()
    answer = client_of(vic).get(reverse("accounts:document", args=[document.pk]))
    assert b"".join(answer.streaming_content).startswith(b"%PDF-")
    assert 'filename="certificate.pdf"' in answer["Content-Disposition"]
    assert "certificate.pdf" in client_of(vic).get(reverse("accounts:company")).content.decode()


def test_a_wrong_file_is_said_beside_the_field(client, acme):
    page = add(client, "certificate.png").content.decode()
    assert "The file’s name does not fit what is in it." in page
    assert not acme.documents.exists()


def test_a_removed_document_is_gone(client, acme):
    add(client)
    client.post(reverse("accounts:document_remove", args=[acme.documents.get().pk]))
    assert not acme.documents.exists()


@pytest.mark.parametrize(("days", "told"), [(31, 0), (30, 1), (-1, 1)])
def test_admins_hear_once_thirty_days_before_a_document_runs_out(
    days, told, client, acme, ada, mia, now
):
    add(client, expires_on=today(now) + timedelta(days=days))
    for _day in range(2):
        tell_of_documents.func(timestamp=0)
    assert [(note.user, note.kind) for note in Notification.objects.all()] == [
        (ada, "document_expires")
    ] * told
    assert [letter.to for letter in Mail.objects.filter(name="document_expires")] == [
        ada.email
    ] * told
    assert Document.objects.get().told_of_expiry == bool(told)
