"""Resources of django-import-export for tables that core.tables reads."""

import logging
from collections.abc import Sequence
from typing import BinaryIO

import tablib
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from import_export import resources, results

from core import tables

log = logging.getLogger(__name__)
EVERY = 200  # rows between two reports of progress


class Rows(tablib.Dataset):
    """The rows of a table as the library takes them; `lines` says where each stands in the file."""

    lines: Sequence[int] = ()


class Result(results.Result):
    """The outcome of a table that was checked or imported."""

    lines: Sequence[int] = ()

    @property
    def problems(self) -> list[dict]:
        """The problems of the table as [{line, words}], by line.

        Lines are counted as a spreadsheet does; 0 is the table as a whole.
        """
        whole = [{"line": 0, "words": _words_of(error.error)} for error in self.base_errors]
        unsaved = [
            {"line": self._line(row), "words": _words_of(error.error)}
            for row in self.error_rows
            for error in row.errors
        ]
        invalid = [
            {"line": self._line(row), "words": _problems_of(row)[:300]} for row in self.invalid_rows
        ]
        return whole + sorted(unsaved + invalid, key=lambda problem: problem["line"])

    def _line(self, row):
        return self.lines[row.number - 1]


def _words_of(error):
    """Say why a row or a table can't be saved, never in the words of a database or library."""
    if isinstance(error, ValidationError):
        return "; ".join(error.messages)
    log.error("A table could not be saved.", exc_info=error)
    return _("This can’t be saved. The log of the portal says why.")


def _problems_of(row):
    named = [f"{field}: {' '.join(words)}" for field, words in row.field_specific_errors.items()]
    return "; ".join([*named, *row.non_field_specific_errors])


class TableResource(resources.ModelResource):
    """A resource whose `columns` a table may have; both words and values are read by core.tables.

    It reports its progress: `tell`, if set, gets the number of rows done.
    """

    columns: Sequence[tables.Column] = ()
    # Besides flags, which are neither yes nor no then.
    kept_when_blank: frozenset[str] = frozenset()
    tell = None
    count = 0

    @classmethod
    def get_result_class(cls):
        return Result

    @classmethod
    def read(cls, file: BinaryIO, *, person: str, encoding: str = "") -> Rows:
        """Read a file that `person` brings; raise TableRefused or SeveralReadings."""
        table = tables.read(file, cls.columns, person=person, encoding=encoding)
        rows = Rows(headers=table.columns)
        rows.extend([row[name] for name in table.columns] for _line, row in table.rows)
        rows.lines = [line for line, _row in table.rows]
        return rows

    def import_data(self, dataset: Rows, *arguments, **more) -> Result:
        result = super().import_data(dataset, *arguments, **more)
        result.lines = dataset.lines
        return result

    def import_field(self, field, instance, row, *arguments, **more):
        """Set a field of the row, unless a blank cell leaves it as it is."""
        flags = {column.name for column in self.columns if column.is_flag}
        if row.get(field.column_name) == "" and field.column_name in flags | self.kept_when_blank:
            return
        super().import_field(field, instance, row, *arguments, **more)

    def after_import_row(self, row, row_result, **kwargs):
        super().after_import_row(row, row_result, **kwargs)
        self.count += 1
        if self.tell and self.count % EVERY == 0:
            self.tell(self.count)
