"""The company's documents: added and read by whom, and news before they run out."""

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from accounts.jobs import tell_of_documents
from accounts.models import Document, Notification
from core import gate
from core.models import DailyCount, Lease, Mail, today
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


def test_a_company_keeps_no_more_than_its_share(client, acme, settings):
    settings.PORTAL_COMPANY_FILES_MB = 1
    add(client)
    acme.documents.update(size=2**20 - a_pdf().size)
    add(client)
    page = add(client).content.decode()
    assert "Your company’s files may take 1 MB in all." in page
    assert acme.documents.count() == 2


def test_a_person_uploads_no_more_than_a_days_share(client, acme, ada, settings, now):
    settings.PORTAL_PERSON_FILES_MB_A_DAY = 1
    DailyCount.objects.spend("files", str(ada.pk), today(now), 1024, 1023)
    add(client)
    page = add(client).content.decode()
    assert "You can upload 1 MB of files a day." in page
    assert acme.documents.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_documents_at_once_do_not_share_the_last_room(acme, ada, settings, now):
    settings.PORTAL_COMPANY_FILES_MB = 1
    half = 600_000
    outcomes = []

    def keep():
        upload = SimpleUploadedFile("a.pdf", b"x" * half)
        upload.content_type = "application/pdf"
        try:
            Document.add(acme, upload, "other", None, actor=ada, now=now)
            outcomes.append("kept")
        except ValidationError as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=keep) for _each in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["company", "kept"]


def test_while_a_file_of_the_person_is_checked_the_form_is_kept(client, acme, ada, monkeypatch):
    monkeypatch.setattr(gate, "WAIT_SECONDS", 0)
    Lease.objects.take(f"gate:person:{ada.pk}", 30)
    page = add(client, expires_on="2027-01-31").content.decode()
    assert "Another file of yours is being checked. Try again in a moment." in page
    assert 'value="2027-01-31"' in page
    assert not acme.documents.exists()
