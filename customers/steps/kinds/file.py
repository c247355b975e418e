"""Files; customers.steps.files decides which of several counts, and stores it."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.models import today
from core.uploads import UploadField
from customers.steps.kinds.base import Kind
from customers.steps.kinds.date import date_field


class File(Kind):
    """A file, and until when it is valid if the question asks for that."""

    name, label = "file", gettext_lazy("file")
    template_name = "customers/steps/kinds/file.html"
    is_composed = True
    stores_file = True

    def controls(self, question, company):
        fields = {"": UploadField()}
        if question.asks_expiry:
            fields["until"] = date_field(_("Valid until"))
        if document := company.document_for(question):
            words = _("Use “%(file)s” from your company documents") % {"file": document.name}
            fields["own"] = forms.BooleanField(label=words)
        return fields

    def prefilled(self, question, company):
        document = company.document_for(question)
        if not document:
            return {}
        # A document that has run out is offered, but not chosen.
        return {"own": "" if document.has_expired(timezone.now()) else "on"}

    def clean(self, question, cleaned, country):
        if not cleaned[""]:
            return None
        until = cleaned["until"]
        return {
            "upload": cleaned["upload"],
            "name": cleaned[""].name,
            "until": until.isoformat() if until else None,
        }

    def check_submission(self, question, value):
        if not question.asks_expiry:
            return
        if not value["until"]:
            raise ValidationError({"until": _("Say until when it is valid.")})
        if date.fromisoformat(value["until"]) < today(timezone.now()):
            wrong = _("This day has passed. Choose a file that is still valid.")
            raise ValidationError({"until": wrong})

    def missing(self, question):
        return _("Choose a file: %(question)s") % {"question": question.label}

    def lines(self, value):
        if not value.get("until"):
            return [value["name"]]
        day = formats.date_format(date.fromisoformat(value["until"]))
        return [value["name"], _("Valid until %(day)s") % {"day": day}]

    def draft_lines(self, texts):
        return [_("another file")]

    def upload_in(self, value):
        return value["upload"] if value else ""
