"""Uploads are taken or refused by their content, whatever the name says."""

import io
import zipfile
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject, TextStringObject

from accounts.models import Document
from core import uploads
from tests.files import DOCX, XLSX, a_pdf, a_picture, an_office_file


def why(upload):
    """Return the code of the refusal."""
    with pytest.raises(ValidationError) as refusal:
        uploads.check(upload)
    return refusal.value.code


def raw(name, content):
    return SimpleUploadedFile(name, content)


def with_script(writer):
    action = DictionaryObject(
        {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("x()")}
    )
    writer.root_object[NameObject("/OpenAction")] = writer._add_object(action)


def with_launch(writer):
    action = DictionaryObject(
        {NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject("cmd.exe")}
    )
    writer.root_object[NameObject("/OpenAction")] = writer._add_object(action)


def with_file(writer):
    writer.add_attachment("virus.exe", b"MZ")


def doing(kind):
    """A PDF that does something when it is opened."""

    def change(writer):
        action = DictionaryObject(
            {NameObject("/S"): NameObject(kind), NameObject("/F"): TextStringObject("http://x/")}
        )
        writer.root_object[NameObject("/OpenAction")] = writer._add_object(action)

    return a_pdf(f"{kind[1:]}.pdf", change)


def with_attached_file(writer):
    """A file on a page, which no catalogue of embedded files names."""
    stream = StreamObject()
    stream.set_data(b"MZ")
    files = DictionaryObject({NameObject("/F"): writer._add_object(stream)})
    pin = DictionaryObject({NameObject("/FS"): DictionaryObject({NameObject("/EF"): files})})
    writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(pin)])


def related(name, kind, target="http://evil.example/x.dotm"):
    """A DOCX with a relationship that leads outside."""
    outside = f'<Relationship Id="r1" Type="http://x/relationships/{kind}" Target="{target}" TargetMode="External"/>'
    parts = [("word/_rels/settings.xml.rels", f"<Relationships>{outside}</Relationships>")]
    return an_office_file(name, parts=parts)


def typed(name, kind, main=DOCX):
    """An office file with a part of an odd name that its type gives away."""
    return an_office_file(
        name, main, f'<Override PartName="/odd.dat" ContentType="application/{kind}"/>'
    )


def a_lying_bomb():
    """A part of 40 MB that the directory calls small."""
    content = bytearray(an_office_file(parts=[("word/b.xml", b"0" * 40_000_000)]).read())
    entry = content.rfind(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = (100).to_bytes(4, "little")
    return raw("lying.docx", bytes(content))


def a_bomb():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/sheet1.xml", b"0" * 40_000_000)
    return raw("bomb.xlsx", out.getvalue())


def a_wide_picture():
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    return raw("wide.png", out.getvalue())


def with_entities():
    types = '<!DOCTYPE x [<!ENTITY a "aaaa">]><Types xmlns="x"/>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", types)
    return raw("laughs.docx", out.getvalue())


def damaged():
    """A DOCX whose first part can't be unpacked any more."""
    content, name = bytearray(an_office_file().read()), b"[Content_Types].xml"
    start = content.find(name) + len(name)
    content[start : start + 3] = b"\xff" * 3
    return raw("damaged.docx", bytes(content))


def a_hwpx():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/hwp+zip")
    return out.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MACRO = '<Override PartName="/vbaProject.bin" ContentType="application/vnd.ms-office.vbaProject"/>'


@pytest.mark.parametrize(
    ("upload", "kind"),
    [
        (a_pdf(), "application/pdf"),
        (a_pdf("사업자등록증.PDF"), "application/pdf"),
        (a_picture(), "image/png"),
        (a_picture("seal.jpg", "JPEG"), "image/jpeg"),
        (an_office_file(), uploads.TYPES["docx"]),
        (an_office_file("list.xlsx", XLSX), uploads.TYPES["xlsx"]),
        (related("link.docx", "hyperlink", "https://acme.example/"), uploads.TYPES["docx"]),
    ],
    ids=lambda one: getattr(one, "name", one),
)
def test_sound_files_are_taken(upload, kind):
    assert uploads.check(upload) == kind


@pytest.mark.parametrize(
    ("upload", "code"),
    [
        (raw("empty.pdf", b""), "empty"),
        (raw("script.pdf", b"<?php system($_GET['x']);"), "type"),
        (raw("seal.png", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"), "type"),
        (raw("page.html", b"<script>alert(1)</script>"), "type"),
        (raw("program.pdf", b"MZ\x90\x00"), "type"),
        (raw("archive.docx", b"PK\x03\x04broken"), "broken"),
        (damaged(), "broken"),
        (raw("paper.pdf", b"%PDF-1.7 nothing else"), "broken"),
        (raw("seal.png", a_picture().read()[:40]), "broken"),
        (raw("seal.jpg", a_picture("x.jpg", "JPEG", (600, 600)).read()[:500]), "broken"),
        (a_pdf("paper.png"), "name"),
        (a_pdf("paper.pdf.exe"), "name"),
        (a_picture("seal.pdf"), "name"),
        (an_office_file("list.xlsx"), "name"),
        (a_pdf(change=with_script), "script"),
        (a_pdf(change=with_launch), "script"),
        (a_pdf(change=with_file), "script"),
        (a_pdf(change=with_attached_file), "script"),
        *[(doing(kind), "script") for kind in ("/SubmitForm", "/ImportData", "/GoToE", "/GoToR")],
        (a_pdf(change=lambda writer: writer.encrypt("secret")), "password"),
        (an_office_file("macro.docx", more=MACRO), "macro"),
        (an_office_file("macro.xlsx", XLSX, parts=[("xl/vbaProject.bin", "x")]), "macro"),
        (an_office_file("object.docx", parts=[("word/embeddings/oleObject1.bin", "x")]), "macro"),
        (an_office_file("control.docx", parts=[("word/activeX/activeX1.xml", "x")]), "macro"),
        (an_office_file("list.docm", XLSX.replace("main+xml", "macroEnabled.main+xml")), "macro"),
        (related("template.docx", "attachedTemplate"), "macro"),
        (
            typed(
                "links.xlsx",
                "vnd.openxmlformats-officedocument.spreadsheetml.externalLink+xml",
                XLSX,
            ),
            "macro",
        ),
        (typed("sheet.xlsx", "vnd.ms-excel.macrosheet+xml", XLSX), "macro"),
        (typed("ole.docx", "vnd.openxmlformats-officedocument.oleObject"), "macro"),
        (an_office_file("program.docx", parts=[("word/media/image1.png", b"MZ\x90")]), "macro"),
        (an_office_file("other.docx", parts=[("word/media/image1.png", OLE)]), "macro"),
        (a_lying_bomb(), "broken"),
        (a_bomb(), "bomb"),
        (a_wide_picture(), "bomb"),
        (with_entities(), "type"),
        (raw("문서.hwp", OLE + b"\x00" * 600 + b"HWP Document File"), "hwp"),
        (raw("문서.hwpx", a_hwpx()), "hwp"),
        (raw("문서.hwpx", an_office_file().read()), "hwp"),
        (raw("문서.pdf", OLE + b"\x00" * 6000 + b"HWP Document File"), "hwp"),
        (raw("old.doc", OLE + b"\x00" * 600), "old"),
    ],
    ids=lambda one: getattr(one, "name", one),
)
def test_hostile_and_useless_files_are_refused_with_what_to_do(upload, code):
    assert why(upload) == code


def test_a_picture_that_is_also_a_page_is_taken_as_a_picture_only():
    both = a_picture("seal.png").read() + b"<script>alert(1)</script>"
    assert uploads.check(raw("seal.png", both)) == "image/png"


def test_the_size_is_a_setting(settings):
    settings.PORTAL_UPLOAD_MB = 0
    assert why(a_pdf()) == "large"


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("사업자등록증.pdf", "사업자등록증.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\temp\\a.pdf", "a.pdf"),
        ("in\u202efdp.exe.pdf", "infdp.exe.pdf"),
        ('a"\r\nX: y.pdf', "aX y.pdf"),
        ("x" * 300 + ".pdf", "x" * 140 + ".pdf"),
        (".pdf", "file.pdf"),
    ],
)
def test_names_are_shown_without_what_deceives(name, clean):
    assert uploads.clean_name(name) == clean


def kept(acme, ada):
    upload = a_pdf("../certificate.pdf")
    upload.content_type = "application/pdf"
    return Document.keep(upload, supplier=acme, detail="other", uploaded_by=ada)


def test_a_stored_file_lies_under_a_name_of_ours(acme, ada):
    document = kept(acme, ada)
    assert document.file.name == f"document/{document.pk.hex[:2]}/{document.pk.hex}"
    assert document.name == "certificate.pdf"
    assert len(document.digest) == 64


def test_files_without_a_row_are_forgotten_after_a_day(acme, ada):
    document, orphan = kept(acme, ada), kept(acme, ada)
    storage = document.file.storage
    Document.objects.filter(pk=orphan.pk).delete()
    now = timezone.now()
    assert Document.forget_orphans(now - timedelta(days=1)) == 0
    Document.forget_orphans(now + timedelta(hours=1))
    assert storage.exists(document.file.name)
    assert not storage.exists(orphan.file.name)


@pytest.mark.django_db(transaction=True)
def test_a_discarded_file_goes_with_its_row(acme, ada):
    document = kept(acme, ada)
    storage, name = document.file.storage, document.file.name
    document.discard()
    assert not storage.exists(name)
