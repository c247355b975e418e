"""A company with an export and a company with a submitted step."""

import pytest
from django.core.files.base import ContentFile

from accounts.models import BankAccount, Document
from customers.models import StepAnswer
from portal.models import Export
from tests.builders import connect, make_customer, make_step
from tests.files import a_pdf


@pytest.fixture
def packed(ada, acme, now):
    Export.ask(acme, actor=ada, now=now).finish(ContentFile(b"PK"), now=now)


def submitted(member, now):
    """Make a connection with a submitted step, a draft, a document and an account."""
    profile = connect(member, make_customer("Organon", contacts=["maria@organon.example"]), now=now)
    StepAnswer.submit(
        profile, make_step(profile.customer), {"a": "b"}, [], version=0, actor=member.user, now=now
    )
    paper = a_pdf()
    paper.content_type = "application/pdf"
    Document.add(member.supplier, paper, "other", None, actor=member.user, now=now)
    account = {"bank": "국민은행", "number": "123456", "holder": "ACME"}
    BankAccount.add(member.supplier, account, actor=member.user, now=now)
    return profile
