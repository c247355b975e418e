"""The same file meets the same judgement at both doors: a company document and an answer to a step."""

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.builders import make_step
from tests.customers.test_steps import names
from tests.files import (
    FORMAT,
    XLSX,
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


def renamed(name, upload, junk=b"", end=None):
    return SimpleUploadedFile(name, junk + upload.read()[:end])


def with_link_to_another(pdf):
    action = pikepdf.Dictionary(S=pikepdf.Name.GoToR, F=pikepdf.String("other.pdf"))
    link = pikepdf.Dictionary(Subtype=pikepdf.Name.Link, A=action)
    pdf.pages[0].Annots = pikepdf.Array([pdf.make_indirect(link)])


CHART = ("word/embeddings/a.xlsx", f"{FORMAT}spreadsheetml.sheet")
SAP = ("xl/customProperty1.bin", f"{FORMAT}spreadsheetml.customProperty", "x", "sap.xlsx", XLSX)
FILES = [
    (lambda: a_pdf("owner.pdf", encryption=pikepdf.Encryption(owner="x", user="")), ""),
    (lambda: renamed("bom.pdf", a_pdf(), b"\xef\xbb\xbf"), ""),
    (lambda: renamed("mail.pdf", a_pdf(), b"Content-Type: application/pdf\r\n\r\n"), ""),
    (lambda: a_pdf("link.pdf", with_link_to_another), ""),
    (lambda: a_pdf("e-invoice.pdf", with_attachment("factur-x.xml")), ""),
    (lambda: a_slow_pdf(padding=2_000_000), ""),
    (lambda: renamed("no-end.jpg", a_picture("x.jpg", "JPEG"), end=-2), ""),
    (a_picture_of_photoshop, ""),
    (lambda: with_part(*CHART, an_office_file(main=XLSX).read(), "chart.docx"), ""),
    (lambda: with_relation("attachedTemplate", "file:///C:\\Letter.dotx", name="own.docx"), ""),
    (lambda: with_part(*SAP), ""),
    (
        lambda: with_relation("image", "https://example.com/logo.png", name="linked.docx"),
        "The file fetches something from elsewhere (https://example.com/logo.png).",
    ),
    (
        lambda: a_workbook("<f>WEBSERVICE(A1)</f>"),
        "A formula of the file starts or fetches something (WEBSERVICE, xl/worksheets/sheet1.xml).",
    ),
]


@pytest.mark.parametrize(("make", "words"), FILES, ids=range(len(FILES)))
def test_a_file_is_judged_alike_at_every_door(make, words, page, organon, acme, profile):
    step = make_step(organon, "Papers", {"kind": "file"})
    in_step = page(step, {names(step)["file"]: make()})
    document = {"detail": "other", "file": make(), "expires_on": ""}
    as_document = page.client.post(reverse("accounts:document_add"), document)
    if words:
        assert words in in_step.content.decode()
        assert words in as_document.content.decode()
    assert acme.documents.count() == profile.uploads.count() == int(not words)
