"""The question that is answered by 'I have read it'."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.steps.kinds.base import Kind


class Acknowledgement(Kind):
    """A document to agree to; the answer keeps the document that was agreed to.

    A draft keeps the version of the question, so that another document needs another agreement.
    """

    name, label = "acknowledgement", gettext_lazy("acknowledgement of a document")
    template_name = "customers/steps/kinds/acknowledgement.html"

    def check_question(self, question):
        if not (question.document_url or question.document_text):
            wrong = _("Write the document here, or give its address.")
            raise ValidationError({"document_text_en": wrong})

    def controls(self, question, company):
        return {"": forms.BooleanField()}

    def to_draft(self, question, text):
        return str(question.version) if text else ""

    def still_holds(self, question, text):
        return text == str(question.version)

    def clean(self, question, cleaned, country):
        if not cleaned[""]:
            return None
        return {"document": question.document_url or question.document_text}

    def missing(self, question):
        return _("Confirm this to submit: %(question)s") % {"question": question.label}

    def lines(self, value):
        return [_("Read and agreed")]

    def draft_lines(self, texts):
        return [_("Read and agreed")] if texts else []

    def document_in(self, value):
        return value["document"] if value else ""
