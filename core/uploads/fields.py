"""The form field that files come in by."""

from django import forms

from core.uploads.kinds import ACCEPT, check
from core.uploads.refusals import WORDS


class UploadField(forms.FileField):
    """A file of a kind that we take; the cleaned file knows its `content_type`."""

    widget = forms.FileInput(attrs={"accept": ACCEPT})
    default_error_messages = {"empty": WORDS["empty"]}
    person = None  # who uploads: a form sets it, for the gate judges one file of a person at a time

    def clean(self, data, initial=None):
        upload = super().clean(data, initial)
        if upload:
            upload.content_type = check(upload, str(self.person.pk))
        return upload
