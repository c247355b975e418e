"""Tables as people hand them over: CSV in UTF-8 or as Korean Excel writes it, and XLSX."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from import_export import resources
from import_export.formats import base_formats

EVERY = 200  # rows between two words about progress
ENCODINGS = ("utf-8-sig", "cp949")  # the second is what Korean Excel writes

_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def plain(text):
    """Text without the characters that neither XLSX nor the database can hold; a space stands in for each."""
    return _UNSEEN.sub(" ", text)


def decode(data):
    """The text of a file's bytes; ValidationError for neither UTF-8 nor CP949."""
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValidationError(_("The file is neither UTF-8 nor CP949. Save it as CSV UTF-8."), code="encoding")


class CSV(base_formats.CSV):
    """CSV whose encoding is found, not assumed."""

    def is_binary(self):
        return True

    def get_read_mode(self):
        return "rb"

    def create_dataset(self, in_stream, **kwargs):
        return super().create_dataset(decode(in_stream), **kwargs)

    def export_data(self, dataset, **kwargs):
        """With a mark, so that Excel reads Korean."""
        return b"\xef\xbb\xbf" + super().export_data(dataset, **kwargs).encode()


FORMATS = [CSV, base_formats.XLSX]


class CountedResource(resources.ModelResource):
    """A resource that says how far it is: `tell`, if set, is called with the number of rows done, now and then."""

    tell = None
    count = 0

    def after_import_row(self, row, row_result, **kwargs):
        super().after_import_row(row, row_result, **kwargs)
        self.count += 1
        if self.tell and self.count % EVERY == 0:
            self.tell(self.count)
