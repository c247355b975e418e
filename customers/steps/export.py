"""The setups of customers as a table for the operator, with a row for each answer."""

from collections import defaultdict
from collections.abc import Iterable

import tablib
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.tabular import CSV, XLSX
from customers.models import Customer, CustomerProfile, Submission
from customers.steps import progress
from customers.steps.reading import readable_answers

FORMATS = {"csv": CSV, "xlsx": XLSX}


def download(customers: Iterable[Customer], kind: str) -> HttpResponse:
    """Return the setups of the customers as a file to save; `kind` is a key of FORMATS."""
    table_format = FORMATS[kind]()
    return HttpResponse(
        table_format.export_data(setups(customers)),
        content_type=table_format.get_content_type(),
        headers={"Content-Disposition": f'attachment; filename="setups.{kind}"'},
    )


def setups(customers: Iterable[Customer]) -> tablib.Dataset:
    """Return a table of what suppliers submitted to the customers, and what they have still to do.

    It holds the last version of each step, and the version approved last.
    """
    table = tablib.Dataset(
        headers=[
            _("Customer"), _("Supplier"), _("Registration number"), _("Step"), _("Version"),
            _("Outcome"), _("Submitted"), _("By"), _("Question"), _("Answer"), _("Comment"),
        ],
        title=_("Setups"),
    )  # fmt: skip
    submissions = Submission.objects.filter(answer__profile__customer__in=customers)
    submitted = defaultdict(list)
    for submission in submissions.last_and_approved():
        submitted[submission.answer.profile_id].append(submission)
    profiles = CustomerProfile.objects.filter(customer__in=customers)
    profiles = profiles.select_related("customer", "supplier").order_by(
        "customer__name", "supplier__name", "pk"
    )
    for setup in progress.read(progress.with_steps(profiles)):
        supplier = setup.profile.supplier
        start = [setup.profile.customer.name, supplier.name, supplier.registration_number]
        for row in _rows(setup, submitted[setup.profile.pk]):
            table.append(start + row)
    return table


def _rows(setup, submissions):
    for submission in submissions:
        start = _submission_cells(submission)
        for line in readable_answers(submission.answers, url=str):
            yield [*start, line.label, "\n".join(line.lines), submission.comment]
    # Then the steps that were never submitted; "done" and "wait" can't be among them.
    words = {"now": _("Started"), "next": _("Not started"), "locked": _("Not open yet")}
    done = {submission.answer.step_id for submission in submissions}
    for standing in setup.steps:
        if standing.step.pk not in done:
            yield [standing.step.title, "", words[standing.state], "", "", "", "", ""]


def _submission_cells(submission):
    submitted_at = timezone.localtime(submission.submitted_at, timezone.get_default_timezone())
    return [
        submission.answer.step.title,
        str(submission.number),
        submission.get_outcome_display(),
        f"{submitted_at:%Y-%m-%d %H:%M}",
        submission.submitted_by.name,
    ]
