"""Small real files, made here."""

import io
import zipfile

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, PngImagePlugin

from drill.bombs import dangling_pdf

FORMAT = "application/vnd.openxmlformats-officedocument."
TYPES = """<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>
<Override PartName="/part.xml" ContentType="{main}"/>{more}</Types>"""
DOCX = f"{FORMAT}wordprocessingml.document.main+xml"
XLSX = f"{FORMAT}spreadsheetml.sheet.main+xml"
SHEET = f"{FORMAT}spreadsheetml.worksheet+xml"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def a_pdf(name="paper.pdf", change=None, **saving):
    """Make one empty page; `change(pdf)` adds to it."""
    pdf, out = pikepdf.new(), io.BytesIO()
    pdf.add_blank_page(page_size=(200, 200))
    if change:
        change(pdf)
    pdf.save(out, **saving)
    return SimpleUploadedFile(name, out.getvalue(), "application/pdf")


def a_slow_pdf(objects=3000, padding=0):
    """A PDF whose index names none of its objects, each of which names one that is not there."""
    return SimpleUploadedFile("slow.pdf", dangling_pdf(objects, padding).content)


def with_attachment(name, content=b"<invoice/>"):
    """A change that attaches a file to a PDF."""

    def change(pdf):
        pdf.attachments[name] = pikepdf.AttachedFileSpec(pdf, content, filename=name)

    return change


def a_picture(name="seal.png", kind="PNG", size=(8, 8)):
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, kind)
    return SimpleUploadedFile(name, out.getvalue())


def a_picture_of_photoshop(letters=2_000_000):
    """Make a PNG with a description longer than Pillow reads by itself."""
    out, said = io.BytesIO(), PngImagePlugin.PngInfo()
    said.add_itxt("XML:com.adobe.xmp", "x" * letters, zip=True)
    Image.new("RGB", (8, 8), "red").save(out, "PNG", pnginfo=said)
    return SimpleUploadedFile("photoshop.png", out.getvalue())


def an_office_file(name="list.docx", main=DOCX, more="", parts=()):
    """Make a zip with the parts that every office file has; `parts` are (name, content)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES.format(main=main, more=more))
        archive.writestr("part.xml", "<x/>")
        for part, content in parts:
            archive.writestr(part, content)
    return SimpleUploadedFile(name, out.getvalue())


def with_part(part, kind, content="<x/>", name="list.docx", main=DOCX, parts=()):
    """An office file with one more part, of a type that the list of types says."""
    more = f'<Override PartName="/{part}" ContentType="{kind}"/>'
    return an_office_file(name, main, more, [(part, content), *parts])


def with_relation(kind, target, outside=True, name="list.docx", parts=()):
    """A DOCX with a relationship."""
    mode = ' TargetMode="External"' if outside else ""
    relation = f'<Relationship Id="r1" Type="{RELATION}/{kind}" Target="{target}"{mode}/>'
    rels = ("_rels/part.xml.rels", f"<Relationships>{relation}</Relationships>")
    return an_office_file(name, parts=[rels, *parts])


def a_document(body):
    """A DOCX whose text is `body`, in WordprocessingML without prefixes."""
    kind = f"{FORMAT}wordprocessingml.header+xml"
    return with_part("word/header1.xml", kind, f"<hdr>{body}</hdr>")


def a_workbook(cells, part="xl/worksheets/sheet1.xml", kind=SHEET):
    """An XLSX with a sheet of these cells, in SpreadsheetML without prefixes."""
    return with_part(part, kind, f"<worksheet>{cells}</worksheet>", "list.xlsx", XLSX)
