"""Tables of invitations: as files, as rows, as a batch."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from connections import imports
from connections.models import InvitationBatch

TABLE = """email,company,name,language,message
a@a.example,A Works,Ann,en,Hello
nothing,B Works,,,
a@a.example,A Works,,,
c@c.example,,,,
d@d.example,D Works,,fr,
e@e.example,마바상사,홍길동,,
"""


def upload(text=TABLE, name="suppliers.csv", encoding="utf-8"):
    return SimpleUploadedFile(name, text.encode(encoding) if isinstance(text, str) else text)


def read(file, message=""):
    return imports.read(file, language="ko", message=message, person="1")


def sheet(*rows):
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


@pytest.fixture
def batch(organon, operator, now):
    return InvitationBatch.keep(organon, "suppliers.csv", read(upload()), now=now, actor=operator)


def many(organon, operator, number, now):
    same = {"company": "X", "name": "", "language": "en", "message": "", "problem": ""}
    rows = [
        {"line": place, "email": f"p{place}@x{place}.example"} | same for place in range(number)
    ]
    return InvitationBatch.keep(organon, "many.csv", rows, now=now, actor=operator)
