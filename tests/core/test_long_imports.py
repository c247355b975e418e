"""Long tables in admin are checked and imported by the worker: seen before, all or nothing, with progress."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app

from core import resources, table_admin
from core.models import TableImport
from core.models.imports import TRIES
from core.states import AlreadyDecided
from customers.models import Customer
from customers.resources import CustomerResource
from customers.search.find import find

PATH = "/admin/customers/customer/import/"


def table(*rows, encoding="utf-8"):
    return SimpleUploadedFile("customers.csv", "\n".join(["name,country", *rows]).encode(encoding))


def begin(upload, operator):
    return TableImport.begin(CustomerResource, upload, actor=operator, now=timezone.now())


@pytest.fixture
def long(monkeypatch):
    """Every file counts as long."""
    monkeypatch.setattr(table_admin, "LONG", 0)


def test_a_long_file_is_checked_first_and_imported_when_the_operator_says_so(
    long, client_of, operator, run_jobs, organon
):
    client = client_of(operator)
    said = {
        "import_file": table("Organon,US", "Seorin Chemical,KR"),
        "resource": "0",
    }
    page = client.post(PATH, said)
    kept = TableImport.objects.get()
    assert page.url == f"/admin/core/tableimport/{kept.pk}/change/"
    run_jobs()
    kept.refresh_from_db()
    assert kept.status == "read"
    assert kept.total == 2
    assert kept.new == 1
    assert Customer.objects.count() == 1
    client.post(f"/admin/core/tableimport/{kept.pk}/confirm/")
    run_jobs()
    kept.refresh_from_db()
    assert kept.status == "done"
    assert kept.new == 1
    assert bytes(kept.content) == b""
    assert [customer.name for customer in find("seorin")] == ["Seorin Chemical"]


def test_a_short_file_is_shown_at_once(client_of, operator):
    said = {"import_file": table("Seorin Chemical,KR"), "resource": "0"}
    page = client_of(operator).post(PATH, said)
    assert page.status_code == 200
    assert TableImport.objects.count() == 0


def test_one_bad_line_refuses_the_whole_file_and_is_named(operator, run_jobs, client_of):
    kept = begin(table("Seorin Chemical,KR", "Bad Land,XX", ",KR"), operator)
    run_jobs()
    kept.refresh_from_db()
    assert kept.status == "refused"
    assert [one["line"] for one in kept.problems] == [3, 4]
    assert not Customer.objects.exists()
    page = client_of(operator).get(f"/admin/core/tableimport/{kept.pk}/change/").content.decode()
    assert "Line 3: country: " in " ".join(page.split())
    assert "Import these rows" not in page


def test_a_file_without_a_column_that_is_needed_is_refused_in_words(operator, run_jobs):
    kept = begin(SimpleUploadedFile("customers.csv", b"name\nSeorin Chemical"), operator)
    run_jobs()
    kept.refresh_from_db()
    assert kept.status == "refused"
    assert kept.problems[0]["line"] == 0
    assert "country" in kept.problems[0]["words"]


def test_an_error_after_the_rows_refuses_the_whole_file(operator, run_jobs, monkeypatch):
    kept = begin(table("Seorin Chemical,KR"), operator)
    run_jobs()
    kept.refresh_from_db()
    kept.confirm()
    monkeypatch.setattr("customers.resources.index", lambda customers: 1 / 0)
    run_jobs()
    kept.refresh_from_db()
    assert kept.status == "refused"
    assert [one["line"] for one in kept.problems] == [0]
    assert not Customer.objects.exists()


def test_what_can_never_be_finished_is_refused_and_its_file_forgotten(
    operator, run_jobs, monkeypatch
):
    kept = begin(table("Seorin Chemical,KR"), operator)

    def too_large(self, *args, **kwargs):
        raise MemoryError

    monkeypatch.setattr(CustomerResource, "import_data", too_large)
    for _attempt in range(TRIES):
        with pytest.raises(MemoryError):
            TableImport.objects.get(pk=kept.pk).work()
    TableImport.objects.get(pk=kept.pk).work()
    kept.refresh_from_db()
    assert kept.status == "refused"
    assert bytes(kept.content) == b""
    assert kept.problems[0]["line"] == 0
    assert app.tasks["core.jobs.work_on_import"].retry_strategy.max_attempts > TRIES


def test_rows_and_status_are_kept_together_or_not_at_all(operator, run_jobs, monkeypatch):
    kept = begin(table("Seorin Chemical,KR"), operator)
    run_jobs()
    kept.refresh_from_db()
    kept.confirm()
    kept.refresh_from_db()
    monkeypatch.setattr(TableImport, "_leave", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        kept.work()
    assert not Customer.objects.exists()


def test_korean_excels_files_are_read_and_broken_ones_refused_in_words(operator, run_jobs):
    korean = begin(table("서린화학,KR", encoding="cp949"), operator)
    broken = begin(SimpleUploadedFile("x.csv", b"name\n\xff\xfe\x00\x81"), operator)
    run_jobs()
    korean.refresh_from_db()
    broken.refresh_from_db()
    assert korean.status == "read"
    assert broken.status == "refused"
    assert broken.problems[0]["words"]


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"name,city\nHansol,Seoul\n", "첫 줄에 열 이름이 있어야 해요: name, country"), (b"name,country\n", "파일에 행이 없어요."),
     (b"", "파일에 행이 없어요.")],
)  # fmt: skip
def test_a_table_that_is_none_is_refused_in_the_operators_language(
    content, words, operator, run_jobs
):
    operator.language = "ko"
    operator.save(update_fields=["language"])
    kept = begin(SimpleUploadedFile("x.csv", content), operator)
    run_jobs()
    kept.refresh_from_db()
    assert kept.status == "refused"
    assert kept.problems == [{"line": 0, "words": words}]


def test_it_is_confirmed_once_and_only_when_checked(operator, run_jobs):
    kept = begin(table("Seorin Chemical,KR"), operator)
    with pytest.raises(AlreadyDecided):
        kept.confirm()
    run_jobs()
    kept.refresh_from_db()
    kept.confirm()
    with pytest.raises(AlreadyDecided):
        kept.confirm()


def test_only_who_may_import_that_kind_confirms(operator, run_jobs, client_of):
    kept = begin(table("Seorin Chemical,KR"), operator)
    run_jobs()
    operator.is_superuser = False
    operator.save(update_fields=["is_superuser"])
    assert (
        client_of(operator).post(f"/admin/core/tableimport/{kept.pk}/confirm/").status_code == 403
    )


def test_progress_is_seen_while_the_import_is_under_way(
    transactional_db, empty_queue, operator, monkeypatch
):
    monkeypatch.setattr(resources, "EVERY", 1)
    kept = begin(table("A Works,KR", "B Works,KR", "C Works,KR"), operator)
    seen, plain = [], CustomerResource.after_import_row

    def look(self, row, row_result, **kwargs):
        plain(self, row, row_result, **kwargs)
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute("SELECT done, total FROM core_tableimport")
            seen.append(cursor.fetchone())
        other.close()

    monkeypatch.setattr(CustomerResource, "after_import_row", look)
    TableImport.objects.select_related("created_by").get(pk=kept.pk).work()
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_staff_without_the_right_to_change_customers_imports_none(operator, client_of):
    operator.is_superuser = False
    operator.save(update_fields=["is_superuser"])
    said = {"import_file": table("Seorin Chemical,KR"), "resource": "0"}
    assert client_of(operator).post(PATH, said).status_code == 403
