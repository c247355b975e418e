"""Tables as spreadsheet programs save them, made here."""

import io
import re
import zipfile
from datetime import date

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = b"http://purl.oclc.org/ooxml/spreadsheetml/main"


def a_text(*lines, name="table.csv", encoding="utf-8"):
    return SimpleUploadedFile(name, "\r\n".join(lines).encode(encoding))


def a_workbook(*rows, change=None, name="table.xlsx", **sheets):
    """A workbook of one sheet, and of `sheets` behind it; `change(book)` adds what a test needs."""
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    for title, more in sheets.items():
        sheet = book.create_sheet(title)
        for row in more:
            sheet.append(row)
    if change:
        change(book)
    book.save(out)
    return SimpleUploadedFile(name, out.getvalue())


def rewritten(upload, change):
    """The workbook with its sheet's and workbook's XML as `change(xml)` makes it."""
    out = io.BytesIO()
    with zipfile.ZipFile(upload) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            content = old.read(part)
            is_ours = part.startswith(("xl/worksheets/sheet1", "xl/workbook.xml"))
            new.writestr(part, change(content) if is_ours else content)
    return SimpleUploadedFile(upload.name, out.getvalue())


def reaching_to(last, row, *rows):
    """A workbook whose used range ends in the cell `last`, where an empty cell stands."""
    cell = f'<row r="{row}"><c r="A{row}" s="0"/></row></sheetData>'.encode()

    def change(xml):
        xml = re.sub(rb'<dimension ref="[^"]*"/>', f'<dimension ref="A1:{last}"/>'.encode(), xml)
        return xml.replace(b"</sheetData>", cell)

    return rewritten(a_workbook(*rows), change)


def styled_blanks(number, *rows):
    """A workbook with so many cells below its rows that have a style and no value."""

    def change(book):
        for row in range(number):
            book.active.cell(len(rows) + 1 + row, 1).number_format = "0.00"

    return a_workbook(*rows, change=change)


def strict(*rows):
    return rewritten(a_workbook(*rows), lambda xml: xml.replace(MAIN, STRICT))


def floating(*rows, number):
    """A workbook in which a number stands as Java's libraries write it: 1.208147521E9."""
    digits = str(number)
    written = f"<v>{digits[0]}.{digits[1:]}E{len(digits) - 1}</v>".encode()
    return rewritten(
        a_workbook(*rows), lambda xml: xml.replace(f"<v>{digits}</v>".encode(), written)
    )


HEAD = ["name", "country"]
# Each table that every door takes, with the customers that come of it.
TAKEN = {
    "utf-8": (lambda: a_text("name,country", "L’Oréal,FR"), ["L’Oréal"]),
    "utf-8 with a mark": (
        lambda: a_text("name,country", "한빛,KR", encoding="utf-8-sig"),
        ["한빛"],
    ),
    "utf-16": (lambda: a_text("name\tcountry", "한빛\tKR", encoding="utf-16"), ["한빛"]),
    "cp949": (lambda: a_text("name,country", "한빛식품,KR", encoding="cp949"), ["한빛식품"]),
    "cp1252": (lambda: a_text("name,country", "Müller,DE", encoding="cp1252"), ["Müller"]),
    "semicolons": (lambda: a_text("name;country", '"Kraft; Sons";DE'), ["Kraft; Sons"]),
    "tabs": (lambda: a_text("name\tcountry", "Kraft, Inc.\tUS"), ["Kraft, Inc."]),
    "told": (lambda: a_text("sep=;", "name;country", "Kraft;DE"), ["Kraft"]),
    "heads in any case": (lambda: a_text("Name, Country ", "Kraft,US"), ["Kraft"]),
    "Korean heads": (lambda: a_text("고객명,국가", "헤더한글,KR"), ["헤더한글"]),
    "blank rows": (lambda: a_text("", "name,country", "Blank Co,US", ",", " ,"), ["Blank Co"]),
    "blanks": (
        lambda: a_text(
            "name,country",
            "  Spacey Co  ,us",
            "Nbsp\u00a0Inside Co,US",
            "Double  Space Co,US",
            "Double Space Co,US",
        ),
        ["Double Space Co", "Nbsp Inside Co", "Spacey Co"],
    ),
    "a marked text": (lambda: a_text("name,country", "'+Simple,US", "'Quoted' Inc,US"), ["'Quoted' Inc", "+Simple"]),
    "a workbook": (lambda: a_workbook(HEAD, ["한빛", "KR"]), ["한빛"]),
    "numbers": (lambda: a_workbook(HEAD, [1955, "US"], [3, "US"]), ["1955", "3"]),
    "digits only": (lambda: a_workbook(HEAD, [7, "US"], change=_padded), ["007"]),
    "the last cell": (lambda: reaching_to("AMJ1048576", 1048576, HEAD, ["Last Co", "US"]), ["Last Co"]),
    "the last row": (lambda: reaching_to("B1048576", 1048576, HEAD, ["Last Co", "US"]), ["Last Co"]),
    "styled blanks": (lambda: styled_blanks(3000, HEAD, ["Blank Co", "US"]), ["Blank Co"]),
    "a hidden first sheet": (lambda: a_workbook(change=_hidden, Data=[HEAD, ["Kraft", "US"]]), ["Kraft"]),
}  # fmt: skip
# Each table that every door refuses, with words that stand in the refusal.
REFUSED = {
    "a column too many": (
        lambda: a_text("name,country,phone", "Extra Col Co,US,1"),
        "Unknown columns: phone.",
    ),
    "a column twice": (
        lambda: a_text("name,Name,country", "A,B,US"),
        "Columns that mean the same: name, Name.",
    ),
    "no heads": (
        lambda: a_text("Kraft,US"),
        "The first line must name the columns: name, country.",
    ),
    "titles above": (
        lambda: a_workbook(["Our customers"], [], HEAD, ["A", "US"]),
        "The names of the columns stand in line 3.",
    ),
    "another sheet": (
        lambda: a_workbook(["How to fill it in"], Data=[HEAD, ["A", "US"]]),
        "Move the sheet “Data” to the front.",
    ),
    "a short row": (
        lambda: a_text("name,country", "Ragged Co"),
        "Line 2: Cells are missing: country.",
    ),
    "a long row": (
        lambda: a_text("name,country", "A,US", "Ragged Two,US,x,y"),
        "Line 3: These cells stand in no column: x, y.",
    ),
    "a date": (
        lambda: a_workbook(HEAD, ["A", "US"], [date(2026, 7, 11), "US"]),
        "Line 3: name: The spreadsheet made a date of this",
    ),
    "a truth": (
        lambda: a_workbook(HEAD, [True, "US"]),
        "Line 2: name: The spreadsheet made TRUE or FALSE of this",
    ),
    "an error": (
        lambda: a_workbook(HEAD, ["#N/A", "US"]),
        "Line 2: name: The cell holds an error of the spreadsheet.",
    ),
    "a number too long": (
        lambda: a_workbook(HEAD, [1234567890123456789, "US"]),
        "Line 2: name: The spreadsheet has shortened this number",
    ),
    "strict": (lambda: strict(HEAD, ["A", "US"]), "Save it as “Excel Workbook (.xlsx)”"),
    "an open quote": (
        lambda: a_text("name,country", '"Kraft,US', "B,US"),
        "opens a cell and never closes it",
    ),
    "no rows": (lambda: a_text("name,country"), "The file has no rows."),
    "nothing": (lambda: SimpleUploadedFile("a.csv", b"\n"), "The file has no rows."),
    "an old workbook": (
        lambda: SimpleUploadedFile("a.xls", b"\xd0\xcf\x11\xe0" + b"\0" * 600),
        "This is an old Office file",
    ),
    "a page": (
        lambda: SimpleUploadedFile("a.xls", b"<html><table><tr><td>name"),
        "can’t be read as CSV or XLSX",
    ),
    "a damaged workbook": (
        lambda: SimpleUploadedFile("a.xlsx", b"PK\x03\x04 no"),
        "The file is damaged.",
    ),
    "no text": (
        lambda: SimpleUploadedFile("a.csv", b"name\r\n\x00\x01\x02"),
        "can’t be read in any encoding",
    ),
    "a bad land": (lambda: a_text("name,country", "A,XX"), "Line 2: "),
    "a bad flag": (
        lambda: a_text("name,country,is_listed", "A,KR,maybe"),
        "Line 2: is_listed: Write 1 for yes or 0 for no.",
    ),
}
SEVERAL = {"cp949": "McDonald뭩,US", "cp1252": "McDonald’s,US"}


def of_two_readings():
    """A Windows text of which each quote reads as Hangul in CP949."""
    return a_text("name,country", "McDonald’s,US", "Kohl’s,US", encoding="cp1252")


def _padded(book):
    book.active["A2"].number_format = "000"


def _hidden(book):
    book.active.sheet_state = "hidden"
