"""All setups of a customer as a table, for the operator: one row an answer."""

import tablib
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.tabular import CSV, XLSX
from customers.models import CustomerProfile, Submission
from customers.steps import progress
from customers.steps.reading import readable_answers

FORMATS = {"csv": CSV, "xlsx": XLSX}


def download(customers, kind):
    """The setups of the customers as a file to save; `kind` is a key of FORMATS."""
    form = FORMATS[kind]()
    return HttpResponse(
        form.export_data(setups(customers)),
        content_type=form.get_content_type(),
        headers={"Content-Disposition": f'attachment; filename="setups.{kind}"'},
    )


def setups(customers):
    """What suppliers submitted to the customers, and which steps they have still to do, as a tablib.Dataset of text.

    Of each step the last version, and the approved one where that is another.
    """
    table = tablib.Dataset(
        headers=[
            _("Customer"), _("Supplier"), _("Registration number"), _("Step"), _("Version"), _("Outcome"), _("Submitted"), _("By"),
            _("Question"), _("Answer"), _("Comment"),
        ],
        title=_("Setups"),
    )  # fmt: skip
    submitted = {}
    for one in Submission.objects.filter(
        answer__profile__customer__in=customers
    ).last_and_approved():
        submitted.setdefault(one.answer.profile_id, []).append(one)
    profiles = progress.with_steps(CustomerProfile.objects.filter(customer__in=customers))
    for profile in progress.attach(
        profiles.select_related("customer", "supplier").order_by(
            "customer__name", "supplier__name", "pk"
        )
    ):
        whose = [profile.customer.name, profile.supplier.name, profile.supplier.registration_number]
        for row in _rows(profile, submitted.get(profile.pk, [])):
            table.append(whose + row)
    return table


def _rows(profile, submissions):
    """A row for each answer of the submissions, and one for each step that nothing was submitted of."""
    for one in submissions:
        submitted_at = timezone.localtime(one.submitted_at, timezone.get_default_timezone())
        about = [one.answer.step.title, str(one.number), one.get_outcome_display()]
        about += [f"{submitted_at:%Y-%m-%d %H:%M}", one.submitted_by.name]
        for line in readable_answers(one.said, url=str):
            yield [*about, line.label, "\n".join(line.lines), one.comment]
    words = {"now": _("Started"), "next": _("Not started"), "locked": _("Not open yet")}
    done = {one.answer.step_id for one in submissions}
    for one in profile.progress.steps:
        if one.step.pk not in done:
            yield [one.step.title, "", words[one.state], "", "", "", "", ""]
