"""Many invitations from a table: first each row's verdict, then the worker sends them."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from connections import imports
from connections.jobs import forget_invitations
from connections.models import Invitation, InvitationBatch, invitation_sending
from core.models import Mail
from core.states import AlreadyDecided
from core.tables import TableRefused
from tests.files import XLSX, an_office_file
from tests.fixtures_invitations import many, read, sheet, upload

pytestmark = pytest.mark.django_db


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
    with pytest.raises(TableRefused, match="unpacks to far more"):
        read(bomb)


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
