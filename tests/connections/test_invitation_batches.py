"""Many invitations from a table: first each row's verdict, then the worker sends them."""

import io
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from openpyxl import Workbook

from accounts.models import AuditEntry
from connections import imports
from connections.admin.invitations import InvitationForm
from connections.jobs import forget_invitations
from connections.models import Invitation, InvitationBatch, invitation_sending
from core.models import Mail
from core.states import AlreadyDecided
from tests.builders import make_customer
from tests.files import XLSX, an_office_file

TABLE = """email,company,name,language,message
a@a.example,A Works,Ann,en,Hello
nothing,B Works,,,
a@a.example,A Works,,,
c@c.example,,,,
d@d.example,D Works,,fr,
e@e.example,마바상사,홍길동,,
"""


def upload(text=TABLE, name="suppliers.csv", encoding="utf-8"):
    return SimpleUploadedFile(name, text.encode(encoding) if isinstance(text, str) else text)


def read(file, message=""):
    return imports.read(file, language="ko", message=message)


def sheet(*rows):
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


@pytest.fixture
def batch(organon, operator, now):
    return InvitationBatch.keep(organon, "suppliers.csv", read(upload()), now=now, actor=operator)


def test_rows_are_read_with_what_is_wrong_with_each():
    rows = read(upload(), message="For all")
    assert [row["line"] for row in rows] == [2, 3, 4, 5, 6, 7]
    problems = [row["problem"] for row in rows]
    assert problems == ["", "address", "", "company", "language", ""]
    assert [rows[0][name] for name in ("message", "language")] == ["Hello", "en"]
    assert [rows[5][name] for name in ("message", "language", "company")] == [
        "For all",
        "ko",
        "마바상사",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
def test_korean_excel_and_korean_headings_are_read(encoding):
    assert (
        read(upload("이메일,회사명\nx@x.example,한빛상사\n", encoding=encoding))[0]["company"]
        == "한빛상사"
    )


def test_a_workbook_is_read():
    assert (
        read(upload(sheet(["E-mail", "Company"], ["x@x.example", "X Works"]), "s.xlsx"))[0]["email"]
        == "x@x.example"
    )


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("", "a.csv"),
        ("x,y\n1,2\n", "a.csv"),
        ("email,company\n", "a.csv"),
        (b"\xff\xfe\x00", "a.csv"),
        (b"PK no", "a.xlsx"),
    ],
)
def test_what_is_no_such_table_is_refused_in_words(content, name):
    with pytest.raises(ValidationError):
        read(upload(content, name))


def test_a_workbook_that_unpacks_to_far_more_than_it_seems_is_refused_before_it_is_read():
    bomb = an_office_file("s.xlsx", XLSX, parts=[("xl/worksheets/sheet1.xml", b"0" * 40_000_000)])
    with pytest.raises(ValidationError) as refusal:
        read(bomb)
    assert refusal.value.code == "bomb"


def test_a_file_of_too_many_rows_is_refused(monkeypatch):
    monkeypatch.setattr(imports, "LARGEST", 2)
    with pytest.raises(ValidationError):
        read(upload())


def test_the_dry_run_sends_nothing_and_the_start_sends_what_is_new(batch, run_jobs):
    assert dict(batch.verdicts) == {"new": 2, "bad": 3, "duplicate": 1}
    assert Mail.objects.count() == 0
    batch.start()
    run_jobs()
    batch.refresh_from_db()
    assert batch.status == "done"
    assert batch.done == 6
    assert batch.sent == 2
    assert sorted(Invitation.objects.values_list("email", flat=True)) == [
        "a@a.example",
        "e@e.example",
    ]


def test_rows_invited_since_the_dry_run_are_not_invited_twice(batch, organon, run_jobs, now):
    invitation_sending.send(organon, batch.rows[:1], now=now, actor=None)
    batch.start()
    run_jobs()
    assert Invitation.objects.filter(email="a@a.example").count() == 1


def test_a_batch_is_started_once(batch):
    batch.start()
    with pytest.raises(AlreadyDecided):
        batch.start()


def test_after_months_the_rows_go_and_what_was_never_sent_does_not_read_as_sent(
    batch, organon, run_jobs, settings, now
):
    never = InvitationBatch.keep(organon, "b.csv", read(upload()), now=now, actor=batch.created_by)
    batch.start()
    run_jobs()
    InvitationBatch.objects.update(created_at=now - timedelta(days=settings.PORTAL_MAIL_DAYS + 1))
    forget_invitations.func(timestamp=0)
    batch.refresh_from_db()
    never.refresh_from_db()
    assert (batch.status, batch.rows) == ("done", [])
    assert (never.status, never.rows) == ("forgotten", [])


def many(organon, operator, number, now):
    same = {"company": "X", "name": "", "language": "en", "message": "", "problem": ""}
    rows = [
        {"line": place, "email": f"p{place}@x{place}.example"} | same for place in range(number)
    ]
    return InvitationBatch.keep(organon, "many.csv", rows, now=now, actor=operator)


@pytest.fixture
def chunks_of_five(monkeypatch):
    monkeypatch.setattr("connections.models.batches.CHUNK", 5)


def test_paused_it_stops_after_the_chunk_and_goes_on_where_it_was(
    organon, operator, now, run_jobs, chunks_of_five
):
    batch = many(organon, operator, 8, now)
    batch.start()
    batch.refresh_from_db()
    assert batch.send_chunk(now=now)
    batch.pause()
    run_jobs()
    assert Invitation.objects.count() == 5
    batch.start()
    run_jobs()
    batch.refresh_from_db()
    assert batch.status == "done"
    assert Invitation.objects.count() == 8


def test_at_the_days_end_it_pauses_and_goes_on_tomorrow(
    organon, operator, now, run_jobs, settings, chunks_of_five
):
    settings.PORTAL_INVITATIONS_A_DAY = 5
    batch = many(organon, operator, 8, now)
    batch.start()
    run_jobs()
    batch.refresh_from_db()
    assert batch.status == "paused"
    assert batch.done == 5


def test_the_days_last_places_are_taken_before_it_pauses(
    organon, operator, now, run_jobs, settings
):
    settings.PORTAL_INVITATIONS_A_DAY = 3
    batch = many(organon, operator, 5, now)
    batch.start()
    run_jobs()
    batch.refresh_from_db()
    assert batch.status == "paused"
    assert batch.sent == 3
    assert InvitationBatch.left_today(now) == 0


def test_a_chunk_does_a_constant_number_of_statements_besides_the_days_slots(
    organon, operator, now, django_assert_max_num_queries
):
    batch = many(organon, operator, 100, now)
    InvitationBatch.objects.update(status="sending")
    with django_assert_max_num_queries(100 * 2 + 40):
        batch.send_chunk(now=now)


def test_the_operator_uploads_looks_and_sends_after_a_recent_log_in(
    client_of, operator, organon, run_jobs
):
    client = client_of(operator)
    said = {"customer": organon.pk, "file": upload(), "language": "ko", "message": ""}
    page = client.post("/admin/connections/invitationbatch/add/", said, follow=True)
    batch = InvitationBatch.objects.get()
    assert "not an e-mail address" in page.content.decode()
    assert batch.status == "read"
    send = f"/admin/connections/invitationbatch/{batch.pk}/send/"
    assert "reauthenticate" in client.post(send).url
    batch.refresh_from_db()
    assert batch.status == "read"
    client.post("/accounts/reauthenticate/", {"password": "demo-portal-2026"})
    client.post(send)
    run_jobs()
    batch.refresh_from_db()
    assert batch.status == "done"
    assert Invitation.objects.count() == 2


def test_many_are_sent_again_only_after_a_recent_log_in(client_of, operator, organon, now):
    rows = many(organon, operator, 2, now).rows
    sent = invitation_sending.send(organon, rows, now=now, actor=operator)
    client, said = client_of(operator), {"action": "resend", "apply": "1", "reason": "asked"}
    answer = client.post(
        "/admin/connections/invitation/",
        said | {"_selected_action": [invitation.pk for invitation in sent]},
    )
    assert "reauthenticate" in answer.url
    assert Mail.objects.count() == 2
    client.post("/admin/connections/invitation/", said | {"_selected_action": sent[0].pk})
    assert Mail.objects.count() == 3
    client.post("/accounts/reauthenticate/", {"password": "demo-portal-2026"})
    client.post(
        "/admin/connections/invitation/",
        said | {"_selected_action": [invitation.pk for invitation in sent]},
    )
    assert Mail.objects.count() == 5


def test_every_row_is_found_by_page_and_by_fate(client_of, operator, organon, now, monkeypatch):
    monkeypatch.setattr("connections.admin.batches.A_PAGE", 2)
    batch = many(organon, operator, 5, now)
    batch.rows[4] |= {"verdict": "bad", "problem": "address", "email": "broken"}
    batch.save(update_fields=["rows"])
    client, address = client_of(operator), f"/admin/connections/invitationbatch/{batch.pk}/change/"
    pages = [
        client.get(address + query).content.decode()
        for query in ("", "?page=3", "?verdict=bad", "?verdict=none")
    ]
    assert ["broken" in page for page in pages] == [False, True, True, False]
    assert ["p0@x0.example" in page for page in pages] == [True, False, False, True]


def test_a_bad_file_is_refused_beside_the_field(client_of, operator, organon):
    said = {"customer": organon.pk, "file": upload("a,b\n1,2"), "language": "ko", "message": ""}
    page = (
        client_of(operator).post("/admin/connections/invitationbatch/add/", said).content.decode()
    )
    assert "The first line must name the columns" in page
    assert InvitationBatch.objects.count() == 0


def test_one_supplier_is_invited_from_the_customers_page(client_of, operator, organon):
    client = client_of(operator)
    assert (
        f"invitation/add/?customer={organon.pk}"
        in client.get(f"/admin/customers/customer/{organon.pk}/change/").content.decode()
    )
    said = {
        "customer": organon.pk,
        "email": "Nora@NewCo.example",
        "company": "NewCo",
        "name": "",
        "language": "en",
        "message": "",
    }
    client.post("/admin/connections/invitation/add/", said)
    assert Invitation.objects.get().email == "nora@newco.example"
    page = client.post("/admin/connections/invitation/add/", said).content.decode()
    assert "already invited" in page.lower()
    assert Invitation.objects.count() == 1


def test_the_form_comes_in_the_language_of_the_customer_it_is_for_and_knows_none_by_a_broken_id(
    client_of, operator
):
    client, german = client_of(operator), make_customer("Bauwerk", language="en")
    for customer, language in ((german.pk, "en"), ("no-id", "ko"), ("", "ko")):
        page = client.get(f"/admin/connections/invitation/add/?customer={customer}")
        chosen = page.context["adminform"].form.initial
        assert chosen.get("customer") == (german.pk if customer == german.pk else None)
        assert chosen["language"] == language


@pytest.mark.parametrize(
    ("limit", "why"), [(10_000, "already invited"), (1, "today’s invitations are used up")]
)
def test_what_another_operator_took_meanwhile_is_said(
    limit, why, client_of, operator, organon, now, settings, monkeypatch
):
    settings.PORTAL_INVITATIONS_A_DAY = limit
    row = {"email": "n@n.example", "company": "N", "name": "", "language": "en", "message": ""}
    invitation_sending.send(organon, [row], now=now, actor=None)
    monkeypatch.setattr(
        InvitationForm, "clean", lambda form: form.cleaned_data
    )  # it looked before the other had sent
    said = row | {"customer": organon.pk, "email": "n@n.example" if limit > 1 else "m@n.example"}
    page = client_of(operator).post("/admin/connections/invitation/add/", said, follow=True)
    assert why in page.content.decode().lower()
    assert Invitation.objects.count() == 1


def test_an_address_that_is_invited_already_is_no_correction(client_of, operator, organon, now):
    rows = many(organon, operator, 2, now).rows
    first, second = invitation_sending.send(organon, rows, now=now, actor=operator)
    said = {"action": "correct", "_selected_action": first.pk, "apply": "1", "email": second.email}
    page = client_of(operator).post("/admin/connections/invitation/", said, follow=True)
    assert f"{first}: already invited" in page.content.decode()


@pytest.mark.parametrize(
    ("action", "status"), [("resend", "pending"), ("revoke", "revoked"), ("correct", "pending")]
)
def test_actions_call_the_verbs(action, status, client_of, operator, organon):
    row = {"email": "n@n.example", "company": "N", "name": "", "language": "en", "message": ""}
    invitation = invitation_sending.send(organon, [row], now=timezone.now(), actor=operator)[0]
    said = {
        "action": action,
        "_selected_action": invitation.pk,
        "apply": "1",
        "reason": "asked",
        "email": "m@n.example",
    }
    client_of(operator).post("/admin/connections/invitation/", said)
    invitation.refresh_from_db()
    assert invitation.status == status
    assert invitation.email == ("m@n.example" if action == "correct" else "n@n.example")
    if action != "correct":
        assert AuditEntry.objects.about(invitation).first().data["reason"] == "asked"


def test_a_file_that_is_too_large_is_refused_before_it_is_read(
    client_of, operator, organon, settings, monkeypatch
):
    settings.PORTAL_UPLOAD_MB = 1
    monkeypatch.setattr(imports, "read", None)
    said = {
        "customer": organon.pk,
        "file": upload("x" * (2**20 + 1)),
        "language": "ko",
        "message": "",
    }
    page = (
        client_of(operator).post("/admin/connections/invitationbatch/add/", said).content.decode()
    )
    assert "The file is larger than 1 MB." in page
    assert InvitationBatch.objects.count() == 0
