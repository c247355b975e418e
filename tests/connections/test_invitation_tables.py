"""The table of suppliers to invite: what is only dirt is cleaned, one person an address, in every format."""

import pytest
from django.db import connection

from connections import imports
from connections.models import InvitationBatch
from core.tables import SeveralReadings, TableRefused
from customers.columns import CUSTOMERS
from tests import tables

pytestmark = pytest.mark.django_db

HEAD = "이메일,회사명,담당자,언어,메시지"
ADD = "/admin/connections/invitationbatch/add/"


def read(upload):
    return imports.read(upload, language="ko", message="", person="1")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("nbsp@a.test\u00a0", "nbsp@a.test"), ("zwsp@a.test\u200b", "zwsp@a.test"), ("\ufeffbom@a.test", "bom@a.test"),
        ("mailto:link@a.test", "link@a.test"), ("Kim <named@a.test>", "named@a.test"), ("semi@a.test;", "semi@a.test"),
        ("full＠a.test", "full@a.test"), ("UPPER@A.TEST", "upper@a.test"), ("dot.@a.test", "dot.@a.test"),
        ("end@a.test.", "end@a.test"), ("user@bücher.test", "user@xn--bcher-kva.test"),
        ("user@xn--bcher-kva.test", "user@xn--bcher-kva.test"), ("<only@a.test>", "only@a.test"),
    ],
)  # fmt: skip
def test_an_address_is_cleaned_of_what_is_only_dirt(typed, kept):
    [row] = read(tables.a_text(HEAD, f"{typed},Works,,,"))
    assert row["email"] == kept


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("one@a.test; two@a.test", "addresses"), ("one@a.test / two@a.test", "addresses"), ("dot.@a.test", "address"),
        ("한글@a.test", "address"), ("nobody", "address"), ("", "address"),
    ],
)  # fmt: skip
def test_what_is_no_single_address_is_refused_by_its_line(typed, problem):
    rows = read(tables.a_text(HEAD, "good@a.test,Works,,,", f"{typed},Works,,,"))
    assert [(row["line"], row["problem"]) for row in rows] == [(2, ""), (3, problem)]


def test_a_person_is_invited_once_however_the_address_is_written(organon, operator, now):
    addresses = ["user@bücher.test", "user@xn--bcher-kva.test", "USER@Bücher.test\u200b"]
    rows = read(tables.a_text(HEAD, *(f"{address},Works,,," for address in addresses)))
    batch = InvitationBatch.keep(organon, "a.csv", rows, now=now, actor=operator)
    assert [row["verdict"] for row in batch.rows] == ["new", "duplicate", "duplicate"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("한국어", "ko"), ("English", "en"), ("KO", "ko"), ("ko-KR", "ko"), ("", "ko")],
)
def test_a_language_is_understood_as_people_call_it(typed, kept):
    [row] = read(tables.a_text(HEAD, f"a@a.test,Works,,{typed},"))
    assert (row["language"], row["problem"]) == (kept, "")


def test_a_message_keeps_its_lines_and_a_company_its_signs():
    [row] = read(
        tables.a_text(HEAD, 'e@a.test,"Kraft & Sons’ <Bits> ""Ltd""",Ann O’Neil,en,"Hello\nline 2"')
    )
    assert row["company"] == 'Kraft & Sons’ <Bits> "Ltd"'
    assert row["message"] == "Hello\nline 2"


@pytest.mark.parametrize("case", tables.TAKEN)
def test_what_spreadsheet_programs_save_is_read_as_by_the_other_doors(case, monkeypatch):
    monkeypatch.setattr(imports, "COLUMNS", CUSTOMERS)
    made, expected = tables.TAKEN[case]
    rows = imports.read_table(made(), "1").rows
    assert sorted({row["name"] for _line, row in rows}) == expected


@pytest.mark.parametrize("case", [case for case in tables.REFUSED if case != "a bad land"])
def test_what_can_not_be_read_is_refused_in_the_same_words(case, monkeypatch):
    monkeypatch.setattr(imports, "COLUMNS", CUSTOMERS)
    made, words = tables.REFUSED[case]
    with pytest.raises(TableRefused) as refused:
        imports.read_table(made(), "1")
    assert words in " ".join(refused.value.messages)


def test_an_encoding_is_asked_for_and_chosen(client_of, operator, organon):
    client = client_of(operator)
    said = {"customer": organon.pk, "language": "en", "message": ""}

    def upload():
        return tables.a_text("email,company", "a@a.test,McDonald’s", encoding="cp1252")

    with pytest.raises(SeveralReadings):
        read(upload())
    page = client.post(ADD, said | {"file": upload()}).content.decode()
    for sample in ("McDonald’s", "McDonald뭩"):
        assert sample in page
    assert not InvitationBatch.objects.exists()
    client.post(ADD, said | {"file": upload(), "encoding": "cp1252"})
    assert InvitationBatch.objects.get().rows[0]["company"] == "McDonald’s"


def test_the_gate_is_not_held_in_the_pages_transaction(client_of, operator, organon, monkeypatch):
    seen, plain = [], imports.read_table

    def look(*arguments):
        seen.append(len(connection.savepoint_ids))
        return plain(*arguments)

    monkeypatch.setattr(imports, "read_table", look)
    upload = tables.a_text("email,company", "a@a.test,Works")
    said = {"customer": organon.pk, "language": "en", "message": "", "file": upload}
    client_of(operator).post(ADD, said)
    # The test itself is one transaction; a savepoint would be the page's.
    assert seen == [0]
