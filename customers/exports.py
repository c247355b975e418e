"""All setups of a customer as a table, for the operator: one row an answer."""

import csv

import tablib
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from customers.models import Submission
from customers.said import read
from portal.tabular import plain

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def download(customers, kind):
    """The setups of the customers as a file to save; `kind` is a key of TYPES.

    In CSV each cell is quoted, so that no program that parts cells by “;” finds a formula behind one.
    """
    table = setups(customers)
    content = (
        b"\xef\xbb\xbf" + table.export("csv", quoting=csv.QUOTE_ALL).encode() if kind == "csv" else table.export("xlsx")
    )
    return HttpResponse(
        content,
        content_type=TYPES[kind],
        headers={"Content-Disposition": f'attachment; filename="setups.{kind}"'},
    )


def setups(customers):
    """The last version of every step that suppliers submitted to the customers, as a tablib.Dataset of text."""
    table = tablib.Dataset(
        headers=[
            _("Customer"), _("Supplier"), _("Registration number"), _("Step"), _("Version"), _("Outcome"), _("Submitted"), _("By"),
            _("Question"), _("Answer"), _("Comment"),
        ],
        title=_("Setups"),
    )  # fmt: skip
    submissions = Submission.objects.filter(answer__profile__customer__in=customers).newest()
    found = submissions.select_related(
        "answer__step", "answer__profile__supplier", "answer__profile__customer", "submitted_by"
    )
    for one in found.order_by(
        "answer__profile__customer__name", "answer__profile__supplier__name", "answer__step__order", "pk"
    ):
        supplier = one.answer.profile.supplier
        submitted_at = timezone.localtime(one.submitted_at, timezone.get_default_timezone())
        for line in read(one.said, url=str):
            row = [
                one.answer.profile.customer.name, supplier.name, supplier.registration_number, one.answer.step.title, str(one.number),
                one.get_outcome_display(), f"{submitted_at:%Y-%m-%d %H:%M}", one.submitted_by.name,
                line.label, "\n".join(line.lines), one.comment,
            ]  # fmt: skip
            table.append([safe(text) for text in row])
    return table


def safe(text):
    """Text that every spreadsheet holds and none takes for a formula, full-width signs included; phone numbers get the mark too."""
    text = plain(text)
    return f"'{text}" if text.startswith(_FORMULA) else text
