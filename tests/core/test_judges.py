"""Judgements of PDFs, office files and pictures, whatever their names say."""

import io
import subprocess
import sys

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from core.judges import Refused
from core.judges.office import judge_office
from core.judges.office.targets import is_elsewhere
from core.judges.pdf import judge_pdf
from core.judges.pictures import judge_picture
from tests.files import (
    FORMAT,
    XLSX,
    a_document,
    a_pdf,
    a_picture,
    a_picture_of_photoshop,
    a_slow_pdf,
    a_workbook,
    an_office_file,
    with_attachment,
    with_part,
    with_relation,
)

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PACKAGE = f"{FORMAT}spreadsheetml.sheet"


def why(judge, file, **arguments):
    """The code of the refusal and what was found, 'code: part'; '' when the file is taken."""
    try:
        judge(file, **arguments)
    except Refused as refused:
        return f"{refused.code}: {refused.part}".removesuffix(": ")
    return ""


def opening(**action):
    """A PDF with an action on opening."""

    def change(pdf):
        pdf.Root.OpenAction = pdf.make_indirect(Dictionary(**action))

    return a_pdf(change=change)


def on_page(**annotation):
    """A PDF with an annotation on its page."""

    def change(pdf):
        pdf.pages[0].Annots = Array([pdf.make_indirect(Dictionary(**annotation))])

    return a_pdf(change=change)


def behind_a_parent(pdf):
    """A script that only a /Parent leads to."""
    action = Dictionary(S=Name.JavaScript, JS=String("x()"))
    field = pdf.make_indirect(Dictionary(FT=Name.Tx, AA=Dictionary(K=action)))
    pdf.pages[0].Annots = Array([Dictionary(Subtype=Name.Link, Parent=field)])


def with_a_kind_by_name(pdf):
    """An action whose kind is an object of its own."""
    action = Dictionary(S=pdf.make_indirect(Name.Launch), F=String("cmd.exe"))
    pdf.Root.Extra = pdf.make_indirect(action)


def with_two_names(pdf):
    with_attachment("factur-x.xml")(pdf)
    next(iter(pdf.attachments.values())).obj.F = String("x.wsf")


def with_form_of_adobe(pdf):
    pdf.Root.AcroForm = Dictionary(XFA=pdf.make_stream(b"<xdp/>"), Fields=Array([]))


def with_data_elsewhere(pdf):
    stream = pdf.make_stream(b"")
    stream.F = String("\\\\evil\\share\\x")
    pdf.Root.Extra = stream


def behind(junk):
    return io.BytesIO(junk + a_pdf().read())


@pytest.mark.parametrize(
    "file",
    [
        a_pdf(),
        a_pdf(encryption=pikepdf.Encryption(owner="secret", user="")),
        behind(b"\xef\xbb\xbf"),
        behind(b"\r\n"),
        behind(b"Content-Type: application/pdf\r\n\r\n"),
        a_slow_pdf(),
        a_slow_pdf(padding=2_000_000),
        on_page(Subtype=Name.Link, A=Dictionary(S=Name.GoToR, F=String("other.pdf"))),
        on_page(Subtype=Name.Link, A=Dictionary(S=Name.URI, URI=String("https://acme.example"))),
        opening(S=Name.GoTo, D=Array([0, Name.Fit])),
        opening(S=Name.Named, N=Name.Print),
        a_pdf(change=with_attachment("factur-x.xml")),
        a_pdf(change=with_attachment("ZUGFeRD-invoice.xml")),
    ],
)
def test_sound_pdfs_are_taken(file):
    assert why(judge_pdf, file) == ""


@pytest.mark.parametrize(
    ("file", "found"),
    [
        (opening(S=Name.JavaScript, JS=String("x()")), "script: JavaScript"),
        (a_pdf(change=behind_a_parent), "script: JavaScript"),
        (opening(S=Name.Launch, F=String("cmd.exe")), "action: Launch"),
        (opening(S=Name.URI, URI=String("http://evil.example/")), "action: URI"),
        (opening(S=Name.GoToR, F=String("//evil.example/x.pdf")), "action: GoToR"),
        (
            opening(S=Name.GoTo, Next=Array([Dictionary(S=Name.URI, URI=String("http://x"))])),
            "action: URI",
        ),
        (
            on_page(AA=Dictionary(PO=Dictionary(S=Name.URI, URI=String("http://x")))),
            "action: URI",
        ),
        *[
            (on_page(Subtype=Name.Link, A=Dictionary(S=Name(f"/{kind}"))), f"action: {kind}")
            for kind in ("SubmitForm", "ImportData", "GoToE")
        ],
        (a_pdf(change=with_a_kind_by_name), "action: Launch"),
        (a_pdf(change=with_form_of_adobe), "form: XFA"),
        (a_pdf(change=with_data_elsewhere), "action: /F"),
        (a_pdf(change=with_attachment("virus.exe", b"MZ")), "attachment: virus.exe"),
        (a_pdf(change=with_attachment("factur-x.xml", b"MZ")), "attachment: factur-x.xml"),
        (a_pdf(change=with_two_names), "attachment: x.wsf"),
        (a_pdf(encryption=pikepdf.Encryption(owner="a", user="b")), "password"),
        (io.BytesIO(b"%PDF-1.7 nothing else"), "broken"),
        (a_pdf(change=lambda pdf: pdf.pages.remove(p=1)), "broken"),
    ],
)
def test_what_runs_or_is_attached_in_a_pdf_is_named(file, found):
    assert why(judge_pdf, file) == found


def test_a_link_that_is_pressed_may_be_an_event_too():
    pressed = Dictionary(U=Dictionary(S=Name.URI, URI=String("https://acme.example")))
    assert why(judge_pdf, on_page(Subtype=Name.Link, AA=pressed)) == ""


def a_field(*pieces):
    """A field of Word whose code lies in pieces."""
    code = "".join(f"<r><instrText>{piece}</instrText></r>" for piece in pieces)
    return a_document(
        f'<r><fldChar fldCharType="begin"/></r>{code}<r><fldChar fldCharType="end"/></r>'
    )


NESTED = """<fldChar fldCharType="begin"/><fldChar fldCharType="begin"/><instrText>QUOTE 68</instrText>
<fldChar fldCharType="end"/><instrText> c:\\\\cmd</instrText><fldChar fldCharType="end"/>"""
IN_UTF_16 = '<?xml version="1.0" encoding="utf-16"?><x><f>WEBSERVICE("http://x")</f></x>'


def inside(part, content):
    """A DOCX with a chart whose own table is this."""
    return with_part(part, PACKAGE, content)


@pytest.mark.parametrize(
    "file",
    [
        an_office_file(),
        an_office_file("list.xlsx", XLSX),
        with_relation("hyperlink", "https://acme.example/"),
        with_relation("attachedTemplate", "file:///C:\\Users\\kim\\Letter.dotx"),
        with_relation("attachedTemplate", "Normal.dotm"),
        with_relation("image", "file:///C:\\logo.png"),
        with_relation("aFChunk", "gone.html", outside=False),
        an_office_file(more='<Override PartName="/word/vbaProject.bin" ContentType="a/vba"/>'),
        with_part("xl/p.bin", f"{FORMAT}spreadsheetml.customProperty", "x", main=XLSX),
        with_part("xl/printerSettings1.bin", f"{FORMAT}spreadsheetml.printerSettings", "x"),
        with_part("docProps/thumbnail.emf", "image/x-emf", "x"),
        with_part("word/people.xml", f"{FORMAT}wordprocessingml.people+xml"),
        with_part("word/ink.xml", "application/inkml+xml"),
        with_part("word/media/image1.pdf", "application/pdf", a_pdf().read()),
        inside("word/embeddings/sheet.xlsx", an_office_file("a.xlsx", XLSX).read()),
        an_office_file(parts=[("[trash]/0000.dat", "x")]),
        a_field("PAGE ", "\\* MERGEFORMAT"),
        a_field('INCLUDEPICTURE "C:\\\\logo.png"'),
        a_workbook("<c><f>SUM(A1:A9)&amp;&quot;a|b&quot;</f></c>"),
        a_workbook("<!-- x --><c><f>'a|b'!A1</f></c>"),
        a_workbook("<c><f>HYPERLINK(&quot;https://acme.example&quot;)</f></c>"),
    ],
)
def test_harmless_office_files_are_taken(file):
    assert why(judge_office, file) == ""


@pytest.mark.parametrize(
    ("file", "found"),
    [
        (
            with_part("word/vbaProject.bin", "application/vnd.ms-office.vbaProject"),
            "macro: word/vbaProject.bin",
        ),
        (an_office_file(parts=[("xl/vbaProject.bin", "x")]), "macro: xl/vbaProject.bin"),
        (an_office_file(main="application/vnd.ms-word.document.macroEnabled.main+xml"), "macro: part.xml"),
        (with_part("word/embeddings/o.bin", f"{FORMAT}oleObject"), "embedded: word/embeddings/o.bin"),
        (with_part("word/activeX/a.xml", "application/vnd.ms-office.activeX+xml"), "embedded: word/activeX/a.xml"),
        (with_part("word/x.htm", "text/html"), "embedded: word/x.htm"),
        (
            with_relation("aFChunk", "chunk.xml", outside=False, parts=[("chunk.xml", "<x/>")]),
            "embedded: chunk.xml",
        ),
        (with_part("xl/connections.xml", f"{FORMAT}spreadsheetml.connections+xml"), "link: xl/connections.xml"),
        (
            with_part("xl/externalLinks/e.xml", f"{FORMAT}spreadsheetml.externalLink+xml"),
            "link: xl/externalLinks/e.xml",
        ),
        (with_relation("attachedTemplate", "http://x/x.dotm"), "link: http://x/x.dotm"),
        (with_relation("image", "\\\\evil\\x.png"), "link: \\\\evil\\x.png"),
        (with_relation("image", "https://evil.example/x.png"), "link: https://evil.example/x.png"),
        (with_relation("frame", "x.html"), "link: x.html"),
        (with_relation("image", "logo.png"), "link: logo.png"),
        (
            with_part("xl/d.vml", f"{FORMAT}vmlDrawing", '<v><imagedata src="//evil/x.png"/></v>'),
            "link: //evil/x.png",
        ),
        (with_part("xl/s.xml", f"{FORMAT}theme+xml", "<x/>".encode("cp037")), "part: xl/s.xml"),
        (a_workbook("<é:f xmlns:é='y'>RTD(1)</é:f>"), "formula: RTD, xl/worksheets/sheet1.xml"),
        (with_part("customUI/x.dat", "application/odd"), "part: customUI/x.dat"),
        (with_part("word/media/i.png", "image/png", b"MZ\x90"), "embedded: word/media/i.png"),
        (with_part("word/media/i.png", "image/png", OLE), "embedded: word/media/i.png"),
        (a_field("DDEAUTO c:\\\\cmd"), "field: DDEAUTO, word/header1.xml"),
        (a_field(" DD", "E c:\\\\cmd"), "field: DDE, word/header1.xml"),
        (a_document('<fldSimple instr="DDE x"/>'), "field: DDE, word/header1.xml"),
        (a_document(NESTED), "field: word/header1.xml"),
        (a_field('INCLUDEPICTURE "\\\\\\\\evil\\\\x.png"'), "field: INCLUDEPICTURE, word/header1.xml"),
        (a_document('<imagedata src="https://evil.example/x.png"/>'), "link: https://evil.example/x.png"),
        (a_workbook("<c><f>_xlfn.WEBSERVICE(A1)</f></c>"), "formula: WEBSERVICE, xl/worksheets/sheet1.xml"),
        (a_workbook("<c><f>WEB<!-- x -->SERVICE(A1)</f></c>"), "formula: WEBSERVICE, xl/worksheets/sheet1.xml"),
        (a_workbook("<c><f>&#87;EBSERVICE(A1)</f></c>"), "formula: WEBSERVICE, xl/worksheets/sheet1.xml"),
        (a_workbook("<c><f>cmd|'/c calc'!A0</f></c>"), "formula: cmd|A0, xl/worksheets/sheet1.xml"),
        (a_workbook("<x:f xmlns:x='y'>RTD(&quot;a&quot;)</x:f>"), "formula: RTD, xl/worksheets/sheet1.xml"),
        (
            with_part("xl/s.xml", f"{FORMAT}spreadsheetml.worksheet+xml", IN_UTF_16.encode("utf-16")),
            "formula: WEBSERVICE, xl/s.xml",
        ),
        (
            with_part("xl/s.xml", f"{FORMAT}theme+xml", '<?xml version="1.0" encoding="utf-7"?><x/>'),
            "part: xl/s.xml",
        ),
        (
            inside("word/embeddings/s.xlsx", a_workbook("<f>WEBSERVICE(1)</f>").read()),
            "formula: word/embeddings/s.xlsx: WEBSERVICE, xl/worksheets/sheet1.xml",
        ),
        (
            inside("a.xlsx", inside("b.xlsx", an_office_file(main=XLSX).read()).read()),
            "embedded: a.xlsx: b.xlsx",
        ),
        (an_office_file(main="application/odd+xml"), "type"),
        (an_office_file(parts=[("PART.XML", "<x/>")]), "broken"),
        (a_document("<!-- -->" + "<a>" * 300), "complex"),
        (a_document('<!DOCTYPE x [<!ENTITY a "b">]>'), "broken"),
    ],
)  # fmt: skip
def test_what_runs_or_fetches_in_an_office_file_is_named(file, found):
    assert why(judge_office, file) == found


@pytest.mark.parametrize(
    ("target", "elsewhere"),
    [
        ("logo.png", False),
        ("C:\\logo.png", False),
        ("file:///C:/logo.png", False),
        ("file:///C:\\Users\\kim\\Letter.dotx", False),
        ("file://localhost/Users/kim/logo.png", False),
        ("http://evil.example", True),
        ("\\\\evil\\share", True),
        ("//evil/share", True),
        ("%5c%5cevil%5cshare", True),
        ("file://evil/share", True),
        ("file:///\\\\evil\\share", True),
        ("file:////evil/share", True),
        ("mhtml:file:x", True),
    ],
)
def test_a_path_of_the_own_machine_is_told_from_one_elsewhere(target, elsewhere):
    assert is_elsewhere(target) == elsewhere


@pytest.mark.parametrize(
    ("file", "kind", "found"),
    [
        (a_picture(), "PNG", ""),
        (a_picture_of_photoshop(), "PNG", ""),
        (a_picture("seal.jpg", "JPEG"), "JPEG", ""),
        (io.BytesIO(a_picture("seal.jpg", "JPEG").read()[:-2]), "JPEG", ""),
        (io.BytesIO(a_picture().read()[:40]), "PNG", "broken"),
        (io.BytesIO(a_picture("x.jpg", "JPEG", (600, 600)).read()[:500]), "JPEG", "broken"),
        (a_picture("wide.png", size=(11_000, 11_000)), "PNG", "pixels"),
    ],
)
def test_pictures_are_taken_as_viewers_show_them(file, kind, found):
    assert why(judge_picture, file, pillow_format=kind) == found


def test_the_judges_do_not_import_django():
    code = "import sys, core.judges.office, core.judges.pdf, core.judges.pictures; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
