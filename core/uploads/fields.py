"""The form field that files come in by."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.uploads.kinds import ACCEPT, check


class UploadField(forms.FileField):
    """A file of a kind that we take; the cleaned file knows its `content_type`."""

    widget = forms.FileInput(attrs={"accept": ACCEPT})
    default_error_messages = {"empty": _("The file is empty. Choose another one.")}

    def clean(self, data, initial=None):
        upload = super().clean(data, initial)
        if upload:
            upload.content_type = check(upload)
        return upload
