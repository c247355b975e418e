"""A company takes away everything of its own, and nothing of others."""

import csv
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from accounts.models import AuditEntry, Document, SupportRequest
from customers.models import StepAnswer
from portal.jobs import forget_exports, make_export
from portal.models import Export
from tests.builders import connect, make_request, make_step
from tests.files import a_pdf


@pytest.fixture
def client(client_of, ada, acme):
    return client_of(ada)


@pytest.fixture
def much(ada_at_acme, rob_at_rival, organon, acme, ada, rob, rival, now):
    """A company with something of everything, beside a rival with as much."""
    for member, address in ((ada_at_acme, "our address"), (rob_at_rival, "secret of rival")):
        profile = connect(member, organon)
        step = make_step(organon)
        said = [
            {"question": "x", "kind": "text", "label": {"ko": "a", "en": "a"}, "value": address}
        ]
        StepAnswer.submit(profile, step, {"q": "=cmd"}, said, version=0, actor=member.user, now=now)
        upload = a_pdf(f"{address}.pdf")
        upload.content_type = "application/pdf"
        Document.add(member.supplier, upload, "other", None, actor=member.user, now=now)
    AuditEntry.objects.record(
        "routed", about=acme, supplier=acme, audience="operator", to=["hidden@organon.example"]
    )


def taken(acme, ada, now):
    export = Export.ask(acme, actor=ada, now=now)
    make_export.func(row_id=str(export.pk))
    export.refresh_from_db()
    return export, zipfile.ZipFile(io.BytesIO(export.file.read()))


def test_drafts_read_by_their_questions_and_support_requests_are_there(
    acme, rival, ada_at_acme, organon, ada, now
):
    profile, step = (
        connect(ada_at_acme, organon),
        make_step(organon, "Bank", {"kind": "bank_account"}),
    )
    draft = {f"{step.questions.get().name}-bank": "국민은행"}
    StepAnswer.save_draft(profile, step, draft, version=0, actor=ada, now=now)
    for supplier, message in ((acme, "Where is my step?"), (rival, "secret of rival")):
        SupportRequest.objects.create(supplier=supplier, email=ada.email, message=message)
    export, archive = taken(acme, ada, now)
    data = json.loads(archive.read("data.json"))
    export.file.close()
    assert data["drafts"][0]["values"] == [
        {"question": "Question 1", "part": "bank", "typed": "국민은행"}
    ]
    assert [row["message"] for row in data["support_requests"]] == ["Where is my step?"]


def test_the_file_holds_tables_and_files_of_the_company_alone(much, acme, ada, now):
    export, archive = taken(acme, ada, now)
    data = json.loads(archive.read("data.json"))
    assert data["submitted_steps"][0]["said"][0]["value"] == "our address"
    assert [row["user__email"] for row in data["members"]] == [ada.email]
    everything = (
        b"".join(archive.read(name) for name in archive.namelist())
        + " ".join(archive.namelist()).encode()
    )
    assert b"our address" in everything
    assert b"secret of rival" not in everything
    assert b"hidden@organon.example" not in everything
    assert export.status == "ready"
    assert export.percent == 100
    assert set(data) == {
        name.removesuffix(".csv") for name in archive.namelist() if name.endswith(".csv")
    }
    paper = next(name for name in archive.namelist() if name.startswith("files/document/"))
    assert archive.read(paper).startswith(b"%PDF-")
    export.file.close()


def test_no_cell_is_a_formula(much, acme, ada, ada_at_acme, organon, now):
    acme.english_name = "=1+1;=2+2"
    acme.save()
    export, archive = taken(acme, ada, now)
    table = archive.read("company.csv").decode("utf-8-sig")
    assert next(csv.DictReader(io.StringIO(table)))["english_name"] == "'=1+1;=2+2"
    assert '"\'=1+1;=2+2"' in table
    export.file.close()


def test_who_asked_hears_of_it_and_fetches_it(client, much, acme, ada, now, client_of, mia):
    client.post(reverse("leaving:export_start"))
    export = Export.objects.get()
    assert "Being made" in client.get(reverse("leaving:export")).content.decode()
    make_export.func(row_id=str(export.pk))
    assert ada.notifications.filter(kind="export_ready").exists()
    Export.objects.update(
        created_at=datetime(2026, 11, 25, 20, tzinfo=UTC)
    )  # the next day in Seoul
    answer = client.get(reverse("leaving:export_file", args=[export.pk]))
    assert b"".join(answer.streaming_content).startswith(b"PK")
    assert "2026-11-26.zip" in answer["Content-Disposition"]
    assert client_of(mia).get(reverse("leaving:export_file", args=[export.pk])).status_code == 403


def test_one_is_made_at_a_time(acme, ada, now):
    first = Export.ask(acme, actor=ada, now=now)
    assert Export.ask(acme, actor=ada, now=now) == first
    later = Export.ask(acme, actor=ada, now=now + timedelta(hours=4))
    first.refresh_from_db()
    assert later != first
    assert first.status == "gone"


def test_a_second_run_of_the_job_makes_nothing_twice(much, acme, ada, now):
    export, _archive = taken(acme, ada, now)
    make_export.func(row_id=str(export.pk))
    assert ada.notifications.filter(kind="export_ready").count() == 1
    export.file.close()


@pytest.mark.django_db(transaction=True)
def test_the_file_is_deleted_after_a_week(acme, ada, now):
    export, _archive = taken(acme, ada, now)
    export.file.close()
    storage, name = export.file.storage, export.file.name
    forget_exports.func(timestamp=0)
    assert storage.exists(name)
    Export.objects.update(finished_at=now - timedelta(days=8))
    forget_exports.func(timestamp=0)
    assert not storage.exists(name)
    assert Export.objects.get().status == "gone"


def test_requests_are_in_it(ada_at_acme, organon, acme, ada, now):
    make_request(ada_at_acme, organon)
    export, archive = taken(acme, ada, now)
    assert (
        json.loads(archive.read("data.json"))["connection_requests"][0]["customer__name"]
        == "Organon"
    )
    export.file.close()
