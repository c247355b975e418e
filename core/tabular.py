"""Tables as people hand them over: CSV in UTF-8 or as Korean Excel writes it, and XLSX."""

import csv
import io
import re
import zipfile

import tablib
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from import_export import resources, results
from import_export.formats import base_formats

from core.uploads import check_unpacked

EVERY = 200  # rows between two words about progress
ENCODINGS = ("utf-8-sig", "cp949")  # the second is what Korean Excel writes

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def plain(text):
    """Text without the characters that neither XLSX nor the database can hold; a space stands in for each."""
    return _UNSEEN.sub(" ", text)


def safe(text):
    """Text that every spreadsheet holds and none takes for a formula, full-width signs included; phone numbers get the mark too."""
    text = plain(text)
    return f"'{text}" if text.startswith(_FORMULA) else text


def as_csv(rows):
    """Rows of cells as the bytes of a CSV file that Excel reads in Korean, no cell a formula.

    Each cell is quoted, so that no program that parts cells by “;” finds a formula behind one.
    """
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([_cell(one) for one in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _cell(value):
    return "" if value is None else safe(str(value))


def decode(data):
    """The text of a file's bytes; ValidationError for neither UTF-8 nor CP949."""
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValidationError(
        _("The file is neither UTF-8 nor CP949. Save it as CSV UTF-8."), code="encoding"
    )


class CSV(base_formats.CSV):
    """CSV whose encoding is found, not assumed."""

    def is_binary(self):
        return True

    def get_read_mode(self):
        return "rb"

    def create_dataset(self, in_stream, **kwargs):
        return _not_empty(super().create_dataset(decode(in_stream), **kwargs))

    def export_data(self, dataset, **kwargs):
        return as_csv([dataset.headers, *dataset])


class XLSX(base_formats.XLSX):
    """A workbook with rows, that is no bomb."""

    def create_dataset(self, in_stream):
        with zipfile.ZipFile(io.BytesIO(in_stream)) as archive:
            check_unpacked(archive.infolist())
        return _not_empty(super().create_dataset(in_stream))

    def export_data(self, dataset, **kwargs):
        rows = [[_cell(one) for one in row] for row in dataset]
        return super().export_data(
            tablib.Dataset(*rows, headers=dataset.headers, title=dataset.title), **kwargs
        )


FORMATS = [CSV, XLSX]


def _not_empty(table):
    if not table:
        raise ValidationError(_("The file has no rows."), code="empty")
    return table


def words_of(error):
    """Why a file can't be read, in our words; those of the libraries tell an operator nothing."""
    if isinstance(error, ValidationError):
        return "; ".join(error.messages)
    return _("The file can’t be read as CSV or XLSX.")


class Result(results.Result):
    """What would come of a table, or came of it."""

    @property
    def problems(self):
        """What is wrong with it, as [{line, words}]: lines as a spreadsheet counts them, 0 for the table as a whole."""
        whole = [{"line": 0, "words": words_of(error.error)} for error in self.base_errors]
        unreadable = [
            {
                "line": row.number + 1,
                "words": _("The line can’t be read: %(error)s") % {"error": str(error.error)[:300]},
            }
            for row in self.error_rows
            for error in row.errors
        ]
        invalid = [
            {"line": row.number + 1, "words": _said_of(row)[:300]} for row in self.invalid_rows
        ]
        return whole + sorted(unreadable + invalid, key=lambda one: one["line"])


def _said_of(row):
    named = [f"{field}: {' '.join(words)}" for field, words in row.field_specific_errors.items()]
    return "; ".join([*named, *row.non_field_specific_errors])


class CountedResource(resources.ModelResource):
    """A resource that says how far it is: `tell`, if set, is called with the number of rows done, now and then."""

    tell = None
    count = 0

    @classmethod
    def get_result_class(cls):
        return Result

    def before_import(self, dataset, **kwargs):
        """Refuse a table as a whole, not row by row, when it lacks the columns that tell its rows apart."""
        if not set(self.get_import_id_fields()) <= set(dataset.headers):
            columns = ", ".join(self.get_import_id_fields())
            dataset.wipe()
            raise ValidationError(
                _("The first line must name the columns: %(columns)s."), params={"columns": columns}
            )

    def after_import_row(self, row, row_result, **kwargs):
        super().after_import_row(row, row_result, **kwargs)
        self.count += 1
        if self.tell and self.count % EVERY == 0:
            self.tell(self.count)
