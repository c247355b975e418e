"""The interface of a kind of question, and what it may read of the company that answers."""

from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext as _


class Company:
    """The company that answers, as far as a form asks; empty in the operator's preview."""

    def __init__(self, supplier=None):
        self._supplier = supplier

    @cached_property
    def country(self) -> str:
        return str(self._supplier.country) if self._supplier else ""

    @cached_property
    def details(self) -> dict[str, str]:
        return self._supplier.details() if self._supplier else {}

    @cached_property
    def main_account(self) -> dict[str, str]:
        account = self._supplier.bank_accounts.main() if self._supplier else None
        return account.values() if account else {}

    def document_for(self, question):
        return self._documents.get(question.prefill) if question.prefill else None

    @cached_property
    def _documents(self):
        rows = self._supplier.documents.newest() if self._supplier else []
        return {document.detail: document for document in rows}


class Kind:
    """All that is special about a kind of question; a subclass says what differs from plain text.

    A control is an input of the form; its suffix tells it from the question's other controls, and
    the control without a suffix carries the label. A text is what stands in a control; a value is
    what a submission keeps of a checked answer, as JSON.
    """

    name: str  # as Question.kind keeps it
    label: str  # as the operator chooses it
    template_name = "customers/steps/kinds/field.html"
    is_composed = False  # several controls make the answer: only the whole can be missing
    stores_file = False
    gives_country = False  # the answer is the country whose rules check registration numbers

    def check_question(self, question) -> None:
        """Raise ValidationError when the operator's question lacks what this kind needs."""

    def controls(self, question, company: Company) -> dict[str, forms.Field]:
        """Return the form fields that ask the question, {suffix: field}."""
        raise NotImplementedError

    def prefilled(self, question, company: Company) -> dict[str, str]:
        """Return the texts that the controls begin with, {suffix: text}."""
        return {"": company.details.get(question.prefill, "")}

    def to_draft(self, question, text: str) -> str:
        """Return what a draft keeps of a posted text."""
        return text

    def still_holds(self, question, text) -> bool:
        """Return whether a draft's text still answers the question as it is asked now."""
        return True

    def clean(self, question, cleaned: dict[str, Any], country: str) -> Any:
        """Return the value of the cleaned controls, {suffix: value}; None for no answer.

        `country` is the country whose rules check numbers. Raises ValidationError, by suffix where
        several controls make the answer.
        """
        return cleaned[""] or None

    def check_submission(self, question, value) -> None:
        """Raise ValidationError for a value that will do for a draft, but not for the customer."""

    def missing(self, question) -> str:
        """Say that a required answer is missing."""
        return _("Answer this: %(question)s") % {"question": question.label}

    def lines(self, value) -> list[str]:
        """Return a value as lines of text in the reader's language."""
        return [str(value)]

    def draft_lines(self, texts: list[str]) -> list[str]:
        """Return a colleague's draft of the answer as lines of text."""
        return texts

    def upload_in(self, value) -> str:
        """Return the id of the Upload that a value names, '' if it names none."""
        return ""

    def document_in(self, value) -> str:
        """Return the document that a value agrees to, '' if it agrees to none."""
        return ""

    def bank_account_in(self, value) -> dict[str, str] | None:
        """Return the bank account that a value names, None if it names none."""
        return None
