"""Small real files, made here."""

import io
import zipfile

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pypdf import PdfWriter

TYPES = """<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Override PartName="/part.xml" ContentType="{main}"/>{more}</Types>"""
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


def a_pdf(name="paper.pdf", change=None):
    """Make one empty page; `change(writer)` adds to it."""
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(200, 200)
    if change:
        change(writer)
    writer.write(out)
    return SimpleUploadedFile(name, out.getvalue(), "application/pdf")


def a_picture(name="seal.png", kind="PNG", size=(8, 8)):
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, kind)
    return SimpleUploadedFile(name, out.getvalue())


def an_office_file(name="list.docx", main=DOCX, more="", parts=()):
    """Make a zip with the parts that every office file has; `parts` are (name, content)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES.format(main=main, more=more))
        archive.writestr("part.xml", "<x/>")
        for part, content in parts:
            archive.writestr(part, content)
    return SimpleUploadedFile(name, out.getvalue())
