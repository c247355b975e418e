"""The files that `make drill` uploads are what they say, and it waits as long as the gate may take."""

import io
import re
import zipfile
import zlib

import pikepdf
import pytest
from openpyxl import load_workbook
from PIL import Image

from core import gate
from core.judges import Refused, office, pdf, pictures
from drill import bombs
from drill.people import ANSWER_WITHIN

MB = bombs.MB


def opened(paper):
    return pikepdf.open(io.BytesIO(paper.content), inherit_page_attributes=False)


def test_a_sound_file_is_taken_and_no_larger_than_asked_for():
    paper = bombs.sound_pdf(5000)
    assert 4000 < len(paper.content) <= 5000
    pdf.judge_pdf(io.BytesIO(paper.content))


def test_objects_name_objects_that_are_missing():
    paper = bombs.dangling_pdf(objects=20, padding=100)
    there = set(re.findall(rb"(\d+) 0 obj", paper.content))
    named = set(re.findall(rb"/X/R (\d+) 0 R", paper.content))
    assert (len(there), len(named), there & named) == (19, 16, set())
    pdf.judge_pdf(io.BytesIO(paper.content))


def test_a_stream_of_objects_expands():
    paper = bombs.expanding_pdf(2 * MB)
    assert len(paper.content) < 2000
    assert len(opened(paper).get_object(4, 0).read_bytes()) == 2 * MB
    assert opened(paper).get_object(5, 0).Type == "/X"


def test_a_picture_is_as_large_as_is_just_allowed():
    picture = Image.open(io.BytesIO(bombs.huge_png(100).content))
    picture.load()
    assert (picture.size, picture.mode) == ((100, 100), "RGB")
    assert 4 * bombs.SIDE**2 <= pictures.DECODED < 4 * (bombs.SIDE + 100) ** 2


def test_a_workbook_has_many_lists_of_relationships():
    paper = io.BytesIO(bombs.relations_xlsx(lists=3, elements=100).content)
    parts = zipfile.ZipFile(paper).infolist()
    assert [part.file_size for part in parts if part.filename.endswith(".rels")] == [407] * 3
    assert office.judge_office(paper) == "xlsx"


def test_a_part_says_less_than_it_unpacks_to():
    paper = bombs.lying_docx(1_000_003)
    part = zipfile.ZipFile(io.BytesIO(paper.content)).getinfo("word/a.xml")
    assert part.file_size == 1024
    # 30 bytes and the name stand before what is packed.
    begin = part.header_offset + 30 + len(part.filename)
    packed = paper.content[begin : begin + part.compress_size]
    assert len(zlib.decompress(packed, wbits=-zlib.MAX_WBITS)) == 1_000_003


def test_elements_lie_deep():
    office.judge_office(io.BytesIO(bombs.deep_docx(depth=100).content))
    with pytest.raises(Refused, match="complex"):
        office.judge_office(io.BytesIO(bombs.deep_docx(depth=300).content))


def test_a_used_range_ends_in_the_last_cell():
    book = load_workbook(io.BytesIO(bombs.last_cell_xlsx().content))
    assert book.active.dimensions == "A1:XFD1048576"


def test_the_drill_waits_as_long_as_the_gate_may_take():
    assert ANSWER_WITHIN > gate.WAIT_SECONDS + gate.WALL_SECONDS + gate.LAST_SECONDS
