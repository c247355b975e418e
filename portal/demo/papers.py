"""Small papers for the demo, made on the spot."""

import io

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile
from pikepdf import Dictionary, Name


def certificate(name: str, title: str) -> SimpleUploadedFile:
    """Make a page of A4 with a line of text, as an upload that was checked."""
    pdf, out = pikepdf.new(), io.BytesIO()
    page = pdf.add_blank_page(page_size=(595, 842))  # points
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    page.Resources = Dictionary(Font=Dictionary(F1=pdf.make_indirect(font)))
    page.Contents = pdf.make_stream(f"BT /F1 20 Tf 60 760 Td ({title}) Tj ET".encode())
    pdf.save(out)
    upload = SimpleUploadedFile(name, out.getvalue(), "application/pdf")
    upload.content_type = "application/pdf"
    return upload
