"""Uploads are taken or refused by their content, whatever the name says; and in which words."""

import io
import zipfile
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone, translation

from accounts.models import Document
from core import gate, uploads
from core.judges import Refused
from core.uploads.refusals import WORDS
from tests.files import XLSX, a_pdf, a_picture, an_office_file, with_attachment, with_part

pytestmark = pytest.mark.django_db


def check(upload):
    return uploads.check(upload, "1")


def refusal_of(upload):
    with pytest.raises(ValidationError) as refusal:
        check(upload)
    return refusal.value


def raw(name, content):
    return SimpleUploadedFile(name, content)


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
MACRO = ("word/vbaProject.bin", "application/vnd.ms-office.vbaProject")


@pytest.mark.parametrize(
    ("upload", "kind"),
    [
        (a_pdf(), "application/pdf"),
        (a_pdf("사업자등록증.PDF"), "application/pdf"),
        (raw("mail.pdf", b"Content-Type: application/pdf\n\n" + a_pdf().read()), "application/pdf"),
        (raw("about.pdf", a_pdf().read() + b"% HWP Document File"), "application/pdf"),
        (a_picture(), "image/png"),
        (a_picture("seal.jpg", "JPEG"), "image/jpeg"),
        (an_office_file(), uploads.TYPES["docx"]),
        (an_office_file("list.xlsx", XLSX), uploads.TYPES["xlsx"]),
    ],
    ids=lambda one: getattr(one, "name", one),
)
def test_sound_files_are_taken(upload, kind):
    assert check(upload) == kind


@pytest.mark.parametrize(
    ("upload", "code"),
    [
        (raw("empty.pdf", b""), "empty"),
        (raw("script.pdf", b"<?php system($_GET['x']);"), "type"),
        (raw("seal.png", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"), "type"),
        (raw("page.html", b"<script>alert(1)</script>"), "type"),
        (raw("program.pdf", b"MZ\x90\x00"), "type"),
        (raw("late.pdf", b" " * 1025 + a_pdf().read()), "type"),
        (raw("archive.docx", b"PK\x03\x04broken"), "broken"),
        (damaged(), "broken"),
        (a_pdf("paper.png"), "name"),
        (a_pdf("paper.pdf.exe"), "name"),
        (a_picture("seal.pdf"), "name"),
        (an_office_file("list.xlsx"), "name"),
        (a_lying_bomb(), "broken"),
        (a_bomb(), "bomb"),
        (raw("문서.hwp", OLE + b"\x00" * 600 + b"HWP Document File"), "hwp"),
        (raw("문서.hwpx", a_hwpx()), "hwp"),
        (raw("문서.hwpx", an_office_file().read()), "hwp"),
        (raw("문서.pdf", OLE + b"\x00" * 6000 + b"HWP Document File"), "hwp"),
        (raw("old.doc", OLE + b"\x00" * 600), "old"),
    ],
    ids=lambda one: getattr(one, "name", one),
)
def test_useless_files_are_refused_with_what_to_do(upload, code):
    assert refusal_of(upload).code == code


@pytest.mark.parametrize(
    ("upload", "words"),
    [
        (
            with_part(*MACRO),
            "The file holds a macro (word/vbaProject.bin). Save it without macros, or as PDF.",
        ),
        (
            a_pdf(change=with_attachment("virus\u202e.exe", b"MZ")),
            "Another file is attached to the PDF (virus .exe). Print the PDF to a new one and"
            " upload that; what is attached, by itself.",
        ),
    ],
)
def test_a_refusal_names_what_was_found(upload, words):
    assert refusal_of(upload).messages == [words]


def test_too_complex_is_not_called_damaged(monkeypatch):
    monkeypatch.setattr(gate, "WALL_SECONDS", 0)
    assert refusal_of(a_pdf()).messages == [
        "The file is too complex to be checked. Print it to a new PDF and upload that."
    ]


def test_a_long_name_of_a_part_shows_its_end():
    words = uploads.in_words(Refused("part", "x" * 300 + "/\x00odd.dat")).message
    assert "x/ odd.dat)" in words
    assert len(words) < 200


def test_words_of_refusals_follow_the_readers_language():
    with translation.override("ko"):
        assert uploads.in_words(Refused("yours")).messages == [
            "올린 다른 파일을 확인하고 있어요. 잠시 뒤에 다시 해 주세요."
        ]
    assert all("%(part)s" in str(words) for words in WORDS.values() if "(" in str(words))


def test_a_picture_that_is_also_a_page_is_taken_as_a_picture_only():
    both = a_picture("seal.png").read() + b"<script>alert(1)</script>"
    assert check(raw("seal.png", both)) == "image/png"


def test_the_size_is_a_setting(settings):
    settings.PORTAL_UPLOAD_MB = 0
    assert refusal_of(a_pdf()).code == "large"


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
