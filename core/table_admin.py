"""Admin pages of rows that come and go as tables."""

from io import BytesIO
from typing import BinaryIO

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from import_export.admin import ImportExportModelAdmin
from import_export.forms import ConfirmImportForm, ImportForm

from core import tables
from core.models import TableImport
from core.resources import Result, Rows
from core.tables import SeveralReadings, TableRefused
from core.tabular import FORMATS
from core.uploads import check_size

LONG = 100_000  # bytes from which on a table is the worker's: a request would run out of time


class EncodingField(forms.ChoiceField):
    """How the text of a table reads; asked only where it can be read in more than one way."""

    def __init__(self, **options):
        super().__init__(
            label=_("Encoding"), choices=[("", ""), *tables.ENCODINGS.items()], required=False,
            widget=forms.HiddenInput, **options,
        )  # fmt: skip

    @staticmethod
    def ask(form: forms.Form, readings: dict[str, list[str]]) -> None:
        """Show each reading in the form's field `encoding`, to choose from."""
        choices = [
            (encoding, f"{tables.ENCODINGS[encoding]}: {' / '.join(lines)}")
            for encoding, lines in readings.items()
        ]
        field = form.fields["encoding"]
        # Another widget than the one of the class: the field is this form's own copy.
        field.widget = forms.RadioSelect(choices=choices)
        field.help_text = _("Choose the line that reads right, and the file once more.")


class TableForm(ImportForm):
    """A table to import, of a size that one request can read; its format is found."""

    encoding = EncodingField()
    field_order = ["resource", "import_file", "encoding"]

    def __init__(self, formats, resources, **options):
        super().__init__(formats, resources, **options)
        del self.fields["format"]
        self.fields["import_file"].widget.attrs = {"accept": ".csv,.txt,.tsv,.xlsx"}

    def clean_import_file(self):
        upload = self.cleaned_data["import_file"]
        check_size(upload)
        return upload


class TableConfirmForm(ConfirmImportForm):
    """The table that was shown, to be imported."""

    encoding = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        del self.fields["format"]


class TableAdmin(ImportExportModelAdmin):
    """Rows that come as tables of any kind and go as CSV or XLSX, with a dry run.

    Its resources are core.resources.TableResource. The two pages are our own instead of the
    library's, for those open a file in the web process and know no encoding.
    """

    formats = FORMATS
    import_template_name = "admin/core/import.html"
    import_form_class = TableForm
    confirm_form_class = TableConfirmForm

    def get_import_formats(self):
        """Return the formats for the library's form, which wants some and shows none."""
        return FORMATS

    def import_action(self, request: HttpRequest, **kwargs) -> HttpResponse:
        """Show what a table would do, or let the worker check a long one."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        form, context = self.create_import_form(request), {}
        if form.is_bound and form.is_valid():
            upload = form.cleaned_data["import_file"]
            try:
                if upload.size > LONG:
                    return self._begin_long(request, form, upload)
                context = self._dry_run(request, form, upload)
            except SeveralReadings as several:
                form.add_error("encoding", several)
                EncodingField.ask(form, several.readings)
            except TableRefused as refused:
                context = {"problems": refused.problems}
        return self._import_page(request, form, context)

    def _begin_long(self, request, form, upload):
        encoding = form.cleaned_data["encoding"]
        if not encoding:
            # Asked now, for nobody sits before the worker.
            tables.find_readings(upload, person=_person(request))
        table = TableImport.begin(
            self.choose_import_resource_class(form, request),
            upload,
            encoding,
            actor=request.user,
            now=timezone.now(),
        )
        return redirect("admin:core_tableimport_change", table.pk)

    def _dry_run(self, request, form, upload):
        rows = self._read(request, form, upload)
        result = self._import(request, form, rows, upload.name, dry_run=True)
        if result.problems:
            return {"problems": result.problems}
        upload.seek(0)
        # Kept for process_import, as the library keeps it.
        kept = self.get_tmp_storage_class()(encoding=None, read_mode="rb")
        kept.save(upload.read())
        upload.tmp_storage_name = kept.name
        return {"result": result, "confirm_form": self.create_confirm_form(request, form)}

    def _read(self, request, form, file: BinaryIO) -> Rows:
        resource = self.choose_import_resource_class(form, request)
        encoding = form.cleaned_data["encoding"]
        return resource.read(file, person=_person(request), encoding=encoding)

    def _import(self, request, form, rows, file_name, *, dry_run) -> Result:
        resource = self.choose_import_resource_class(form, request)
        return resource().import_data(
            rows,
            dry_run=dry_run,
            raise_errors=False,
            rollback_on_validation_errors=True,
            retain_instance_in_row_result=True,
            file_name=file_name,
            user=request.user,
        )

    def _import_page(self, request, form, context):
        resources = self.get_import_resource_classes(request)
        context = context | {
            **self.admin_site.each_context(request),
            "title": _("Import"),
            "form": form,
            "opts": self.opts,
            "media": self.media + form.media,
            "fields_list": [
                (resource.get_display_name(), [column.name for column in resource.columns])
                for resource in resources
            ],
        }
        return TemplateResponse(request, self.import_template_name, context)

    def get_confirm_form_initial(self, request, import_form):
        if import_form is None:
            return {}
        upload = import_form.cleaned_data["import_file"]
        return {
            "import_file_name": upload.tmp_storage_name,
            "original_file_name": upload.name,
            "resource": import_form.cleaned_data["resource"],
            "encoding": import_form.cleaned_data["encoding"],
        }

    @method_decorator(require_POST)
    def process_import(self, request: HttpRequest, **kwargs) -> HttpResponse:
        """Import the table that was shown."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = self.create_confirm_form(request)
        if not form.is_valid():
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_import")
        kept = self.get_tmp_storage_class()(
            name=form.cleaned_data["import_file_name"], encoding=None, read_mode="rb"
        )
        try:
            content = kept.read()
        except FileNotFoundError:
            # Imported by an earlier press of the button, or tidied away meanwhile.
            self.message_user(request, _("Upload the file again."), messages.WARNING)
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_import")
        try:
            rows = self._read(request, form, BytesIO(content))
        except TableRefused as refused:
            problems = refused.problems
        else:
            result = self._import(
                request, form, rows, form.cleaned_data["original_file_name"], dry_run=False
            )
            problems = result.problems
        if problems:
            empty = TableForm(FORMATS, self.get_import_resource_classes(request))
            return self._import_page(request, empty, {"problems": problems})
        kept.remove()
        return self.process_result(result, request)


def _person(request):
    return str(request.user.pk)
