"""Answers against company details: what differs, and taking it over."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django_countries import countries

from accounts.company_details import DETAILS, DOCUMENTS
from accounts.models import Supplier
from customers.models import Kind

COLUMNS = {"registered_name": "name"}  # where a detail is called otherwise on Supplier
TOGETHER = {"country", "registration_number"}  # a number is right or wrong in its country


@dataclass
class Difference:
    """A company detail that was answered otherwise; an empty detail differs from any answer."""

    key: str
    label: str
    detail: str
    answered: str

    @property
    def words(self):
        """Both as they read: {detail, answered}."""
        both = {"detail": self.detail, "answered": self.answered}
        return (
            {name: str(countries.name(one)) for name, one in both.items()}
            if self.key == "country"
            else both
        )


def differences(supplier, form):
    """What a checked step form answers otherwise than the company details say; bank accounts and files have pages of their own."""
    details = supplier.details()
    answered = {one["question"]: one["value"] for one in form.said}
    found = []
    for question in form.questions:
        value = answered.get(str(question.pk))
        plain = question.prefill in details and isinstance(value, str)
        if plain and value != details[question.prefill]:
            label = str(DETAILS[question.prefill])
            found.append(Difference(question.prefill, label, details[question.prefill], value))
    return found


def account_differs(supplier, form):
    """Whether a checked step form names another bank account than the company's: one to add there, with the password."""
    kinds = {str(one.pk) for one in form.questions if one.kind == Kind.BANK_ACCOUNT and one.prefill}
    answered = [one["value"] for one in form.said if one["question"] in kinds and one["value"]]
    return bool(answered) and all(
        one.values() not in answered for one in supplier.bank_accounts.current()
    )


def new_files(supplier, form):
    """The stored files of a step form that the company documents of their kind do not hold, as {question: Upload}."""
    asked = {
        one.name: one
        for one in form.questions
        if one.kind == Kind.FILE and one.prefill in DOCUMENTS
    }
    stored = {asked[name]: upload for name, upload in form.stored.items() if name in asked}
    if not stored:
        return {}
    known = set(supplier.documents.values_list("detail", "digest"))
    return {
        question: upload
        for question, upload in stored.items()
        if (question.prefill, upload.digest) not in known
    }


def apply_to_company(supplier, found, *, now, actor):
    """Write the answers into the company details; returns the labels of those that can't stand there."""
    fresh, refused = Supplier.objects.get(pk=supplier.pk), []
    changed = {COLUMNS.get(one.key, one.key): one for one in found}
    for column, one in changed.items():
        setattr(fresh, column, one.answered)
    try:
        others = {field.name for field in fresh._meta.fields} - set(changed)
        fresh.full_clean(exclude=others, validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        wrong = set(error.error_dict) | (TOGETHER if TOGETHER & set(error.error_dict) else set())
        refused = [one.label for column, one in changed.items() if column in wrong]
        changed = {column: one for column, one in changed.items() if column not in wrong}
    if changed:
        fresh.change_details(list(changed), now=now, actor=actor)
    return refused
