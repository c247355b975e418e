"""Tables that go out: every spreadsheet opens them, none finds a formula."""

import io

import pytest
import tablib

from core.tabular import CSV, XLSX, as_csv


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "＝", "＋", "－", "＠"])
def test_no_cell_begins_like_a_formula(sign):
    assert as_csv([[f"{sign}1+1"]]).decode("utf-8-sig") == f'"\'{sign}1+1"\r\n'


def test_a_file_has_a_mark_and_each_cell_is_quoted():
    table = tablib.Dataset(["한빛;=1+1", None], [7, 'a "b"'], headers=["name", "note"])
    assert (
        CSV().export_data(table)
        == '\ufeff"name","note"\r\n"한빛;=1+1",""\r\n"7","a ""b"""\r\n'.encode()
    )


def test_a_workbook_keeps_its_title_and_holds_text_only():
    table = tablib.Dataset(["=1+1", None], headers=["name", "note"], title="Setups")
    book = tablib.Databook().load(io.BytesIO(XLSX().export_data(table)), format="xlsx")
    assert [(sheet.title, sheet.dict) for sheet in book.sheets()] == [
        ("Setups", [{"name": "'=1+1", "note": None}])
    ]
