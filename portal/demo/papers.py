"""Small papers for the demo, made on the spot."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject


def certificate(name: str, title: str) -> SimpleUploadedFile:
    """Make a PDF page with a line of text, as an upload that core.uploads has checked."""
    writer, out = PdfWriter(), io.BytesIO()
    page = writer.add_blank_page(595, 842)  # points
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    words = DecodedStreamObject()
    words.set_data(f"BT /F1 20 Tf 60 760 Td ({title}) Tj ET".encode())
    page[NameObject("/Contents")] = writer._add_object(words)
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/Font"): DictionaryObject({NameObject("/F1"): writer._add_object(font)})}
    )
    writer.write(out)
    upload = SimpleUploadedFile(name, out.getvalue(), "application/pdf")
    upload.content_type = "application/pdf"
    return upload
