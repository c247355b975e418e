"""The reader of tables: encodings that are found or asked for, limits, and the words of the gate."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from core import gate, tables
from core.addresses import tidy_address
from core.judges import Refused
from core.judges.tables import encodings
from core.judges.tables.heads import plain_head
from core.models import TableImport
from core.tables import Column, SeveralReadings, TableRefused, tidy
from core.tabular import as_csv, safe, unmarked
from customers.columns import CUSTOMERS
from customers.resources import CustomerResource
from tests.tables import HEAD, a_text, a_workbook, reaching_to

pytestmark = pytest.mark.django_db


def read(upload, **more):
    return tables.read(upload, CUSTOMERS, person="1", **more)


def refusal(upload, **more):
    with pytest.raises(TableRefused) as refused:
        read(upload, **more)
    return " ".join(refused.value.messages)


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        ("name,country\nKraft,US", "ascii", ["utf-8"]),
        ("한빛식품,KR", "utf-8", ["utf-8"]), ("Müller,DE", "utf-8", ["utf-8"]), ("L’Oréal,FR", "utf-8", ["utf-8"]),
        ("株式会社リコー,JP", "utf-8", ["utf-8"]), ("한빛,KR", "utf-16", ["utf-16"]), ("Kraft,US", "utf-8-sig", ["utf-8-sig"]),
        ("한빛식품,KR", "cp949", ["cp949"]), ("고객명,국가\n한솔,KR", "cp949", ["cp949"]), ("㈜한빛상사,KR", "cp949", ["cp949"]),
        ("Müller,DE", "cp1252", ["cp1252"]), ("Société Générale,FR", "cp1252", ["cp1252"]),
        ("McDonald’s,US", "cp1252", ["cp949", "cp1252"]), ("Crème,FR", "cp1252", ["cp1252", "cp1250"]),
    ],
)  # fmt: skip
def test_an_encoding_is_taken_where_there_is_one_and_asked_for_where_there_are_more(
    text, encoding, found
):
    assert encodings.possible(text.encode(encoding)) == found


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Škoda Plzeň,CZ", "cp1250"), ("Газпром,RU", "cp1251"), ("トヨタ自動車,JP", "cp932"),
        ("华为技术有限公司,CN", "gb18030"), ("台積電股份有限公司,TW", "cp950"), ("ปตท จำกัด,TH", "cp874"),
        ("Şişecam,TR", "cp1254"), ("Ελλάδα,GR", "cp1253"),
    ],
)  # fmt: skip
def test_what_is_no_clear_text_is_among_the_readings(text, encoding):
    content = text.encode(encoding)
    found = encodings.possible(content)
    assert text in [content.decode(reading) for reading in found]
    assert len(found) > 1


def test_a_few_syllables_that_are_utf_8_by_chance_are_asked_about():
    content = "짜,KR".encode("cp949")
    assert content.decode("utf-8") != "짜,KR"
    assert encodings.possible(content) == ["utf-8", "cp949"]


def test_samples_are_of_lines_that_read_differently():
    upload = a_text("name,country", "Kraft,US", "McDonald’s,US", encoding="cp1252")
    with pytest.raises(SeveralReadings) as several:
        read(upload)
    assert several.value.readings == {"cp949": ["McDonald뭩,US"], "cp1252": ["McDonald’s,US"]}
    with pytest.raises(SeveralReadings):
        tables.find_readings(upload, person="1")


def test_a_chosen_encoding_that_does_not_fit_is_refused():
    assert "can’t be read in any encoding" in refusal(
        a_text("name,country", "Müller,DE", encoding="cp1252"), encoding="cp949"
    )


@pytest.mark.parametrize(
    "head", ["Email", " e-mail ", "E_MAIL", "Ｅ－Mail", "e mail", "\ufeffE-Mail*"]
)
def test_heads_are_the_same_however_they_are_written(head):
    assert plain_head(head) == "email"


@pytest.mark.parametrize("column", CUSTOMERS, ids=lambda column: column.name)
def test_no_head_means_two_columns(column):
    words = [plain_head(word) for other in CUSTOMERS for word in {other.name, *other.words}]
    ours = [plain_head(word) for word in {column.name, *column.words}]
    assert [word for word in ours if words.count(word) > 1] == []


def test_the_last_cell_of_a_sheet_costs_no_memory(monkeypatch):
    # The program itself takes most of it: Python, its libraries and their maps.
    monkeypatch.setattr(gate, "MEMORY", 160 * 2**20)
    upload = reaching_to("XFD1048576", 1048576, HEAD, ["Last Co", "US"])
    assert [row["name"] for _line, row in read(upload).rows] == ["Last Co"]


def test_a_table_of_too_many_cells_is_refused_before_it_is_whole(settings):
    settings.PORTAL_TABLE_CELLS = 100
    words = "The table has more than 100 cells."
    assert words in refusal(a_text("name,country", *["A,US"] * 50))
    assert words in refusal(a_workbook(HEAD, *[["A", "US"]] * 50))
    assert len(read(a_text("name,country", *["A,US"] * 49, *[","] * 500)).rows) == 49


def test_lines_are_counted_as_a_spreadsheet_does():
    upload = a_text("name,country", '"Two\nlines",US', "", "A,US")
    assert [line for line, _row in read(upload).rows] == [2, 4]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("yours", "Another file of yours is being checked."), ("busy", "Many files are being checked just now."),
        ("later", "Files can’t be checked just now."), ("complex", "The table is too complex to be read."),
        ("broken", "The file is damaged."),
    ],
)  # fmt: skip
def test_what_the_gate_says_is_said_of_a_table(code, words, monkeypatch):
    def refuse(*arguments, **more):
        raise Refused(code)

    monkeypatch.setattr(gate, "run", refuse)
    assert words in refusal(a_text("name,country", "A,US"))


def test_a_long_import_waits_for_the_gate_instead_of_being_refused(operator, monkeypatch, now):
    def refuse(*arguments, **more):
        raise Refused("busy")

    kept = TableImport.begin(
        CustomerResource, a_text("name,country", "A,US"), actor=operator, now=now
    )
    monkeypatch.setattr(gate, "run", refuse)
    with pytest.raises(TableRefused):
        kept.work()
    kept.refresh_from_db()
    assert kept.status == "reading"


@pytest.mark.parametrize("text", ["+a", "'+a", "''=a", "＠a", "'a", "a", "", "'", "-"])
def test_a_mark_is_taken_off_again(text):
    assert unmarked(safe(text)) == text


def test_what_we_write_is_read_as_it_was():
    content = as_csv([["name", "country"], ['+A "b"; c', "US"], ["'=x", "US"]])
    rows = read(SimpleUploadedFile("a.csv", content)).rows
    assert [row["name"] for _line, row in rows] == ['+A "b"; c', "'=x"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("  a \u00a0 b\t", "a b"), ("\ufeffa\u200b", "a"), ("\u200fشركة", "شركة"), ("a\u3000b", "a b"), ("\u200b", "")],
)  # fmt: skip
def test_blanks_are_one_and_none_at_the_ends(typed, kept):
    assert tidy(typed) == kept


def test_a_flag_is_yes_or_no_in_every_program():
    flag = Column("listed", is_flag=True)
    assert [flag.clean(cell) for cell in (["flag", "TRUE"], "예", "0", "no", "")] == [
        "1",
        "1",
        "0",
        "0",
        "",
    ]


def test_an_address_of_a_domain_that_old_rules_would_change_stays():
    assert tidy_address("a@straße.test") == "a@straße.test"


def test_a_file_may_be_any_stream():
    assert read(io.BytesIO(b"name,country\nA,US\n")).rows == [(2, {"name": "A", "country": "US"})]
