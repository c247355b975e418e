"""Compare a step's answers with the company details, and apply them to the company."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django_countries import countries

from accounts.company_details import DETAILS, DOCUMENTS
from accounts.models import Supplier
from customers.models import Question, Upload
from customers.steps.form import StepForm
from customers.steps.kinds import KINDS

COLUMNS = {"registered_name": "name"}  # details whose column of Supplier has another name
TOGETHER = {"country", "registration_number"}  # a number is right or wrong in its country


@dataclass(frozen=True)
class Difference:
    """An answer that differs from the company detail; an empty detail differs from any answer."""

    key: str
    label: str
    detail: str
    answered: str

    @property
    def column(self):
        return COLUMNS.get(self.key, self.key)

    @property
    def words(self):
        # As they are shown: a country by its name, not by its code.
        both = {"detail": self.detail, "answered": self.answered}
        if self.key != "country":
            return both
        return {name: str(countries.name(code)) for name, code in both.items()}


def differences(supplier: Supplier, form: StepForm) -> list[Difference]:
    """Return the company details that a checked form answers differently, as plain text."""
    details, values = supplier.details(), _values(form)
    found = []
    for question in form.questions:
        value = values.get(question)
        is_detail = question.prefill in details and isinstance(value, str)
        if is_detail and value != details[question.prefill]:
            label = str(DETAILS[question.prefill])
            found.append(Difference(question.prefill, label, details[question.prefill], value))
    return found


def account_differs(supplier: Supplier, form: StepForm) -> bool:
    """Return whether a checked form names a bank account that the company lacks."""
    accounts = [
        KINDS[question.kind].bank_account_in(value)
        for question, value in _values(form).items()
        if question.prefill
    ]
    named = [account for account in accounts if account]
    return bool(named) and all(
        account.values() not in named for account in supplier.bank_accounts.current()
    )


def _values(form):
    # A question whose controls are wrong has no answer yet.
    values = {answer["question"]: answer["value"] for answer in form.answers}
    return {
        question: values[str(question.pk)]
        for question in form.questions
        if str(question.pk) in values
    }


def new_files(supplier: Supplier, form: StepForm) -> dict[Question, Upload]:
    """Return the stored files of a form that are not among the company documents of their kind."""
    stored = {
        question: upload
        for question, upload in form.step_files.stored.items()
        if question.prefill in DOCUMENTS
    }
    if not stored:
        return {}
    known = set(supplier.documents.values_list("detail", "digest"))
    return {
        question: upload
        for question, upload in stored.items()
        if (question.prefill, upload.digest) not in known
    }


def apply_to_company(
    supplier: Supplier, found: list[Difference], *, now: datetime, actor
) -> list[str]:
    """Write answers into the company details and record it.

    Returns the labels of the answers that the company's own checks refuse.
    """
    # A copy: an answer that is refused must not stay on the request's supplier.
    fresh = Supplier.objects.get(pk=supplier.pk)
    changed = {difference.column: difference for difference in found}
    for column, difference in changed.items():
        setattr(fresh, column, difference.answered)
    wrong = _wrong_columns(fresh, changed)
    refused = [difference.label for column, difference in changed.items() if column in wrong]
    if columns := [column for column in changed if column not in wrong]:
        fresh.change_details(columns, now=now, actor=actor)
    return refused


def _wrong_columns(supplier, changed):
    others = {field.name for field in supplier._meta.fields} - set(changed)
    try:
        supplier.full_clean(exclude=others, validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        wrong = set(error.error_dict)
        return wrong | TOGETHER if wrong & TOGETHER else wrong
    return set()
