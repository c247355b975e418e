"""The operator's pages of many invitations at once."""

from allauth.account.decorators import reauthentication_required
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

from connections import imports
from connections.models import InvitationBatch, Verdict
from core import tables
from core.states import AlreadyDecided
from core.table_admin import EncodingField
from core.tables import SeveralReadings
from core.uploads import check_size

A_PAGE = 200


class InvitationBatchForm(forms.ModelForm):
    file = forms.FileField(
        label=_("CSV or XLSX"),
        help_text=_(
            "Columns: email, company, and maybe name, language, message. Up to 10,000 rows."
        ),
    )
    encoding = EncodingField()
    language = forms.ChoiceField(
        label=_("Language"), choices=settings.LANGUAGES, initial=settings.PORTAL_LANGUAGE
    )
    message = forms.CharField(
        label=_("Message"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For rows that have none of their own."),
    )

    class Meta:
        model = InvitationBatch
        fields = ["customer"]

    def clean_file(self):
        upload = self.cleaned_data["file"]
        if refusal := getattr(upload, "refusal", None):
            if isinstance(refusal, SeveralReadings):
                EncodingField.ask(self, refusal.readings)
            raise refusal
        return upload

    def clean(self):
        cleaned = super().clean()
        if {"file", "language"} <= cleaned.keys():
            try:
                language, message = cleaned["language"], cleaned.get("message", "")
                table = cleaned["file"].table
                self.rows = imports.rows_of(table, language=language, message=message)
            except ValidationError as error:
                self.add_error("file", error)
        return cleaned


def _with_labels(row):
    problems = dict(imports.Problem.choices)
    label = Verdict(row["verdict"]).label
    return row | {"verdict_label": label, "why": problems.get(row.get("problem"), "")}


@admin.register(InvitationBatch)
class InvitationBatchAdmin(admin.ModelAdmin):
    """Upload a table, look at each row's verdict, send; the page shows how far it is."""

    form = InvitationBatchForm
    list_display = ["created_at", "customer", "file_name", "status", "done", "sent", "created_by"]
    list_filter = ["status"]
    list_select_related = ["customer", "created_by"]
    search_fields = ["customer__name", "file_name"]
    date_hierarchy = "created_at"
    autocomplete_fields = ["customer"]
    change_form_template = "admin/connections/invitationbatch/batch.html"

    def get_queryset(self, request):
        # Up to 10,000 rows a batch: they stay in the database until a page shows them.
        return super().get_queryset(request).defer("rows")

    def get_fields(self, request, obj=None):
        return [] if obj else ["customer", "file", "encoding", "language", "message"]

    def get_form(self, request, obj=None, **kwargs):
        read_only = forms.modelform_factory(InvitationBatch, fields=[])
        return read_only if obj else super().get_form(request, obj, **kwargs)

    def has_delete_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return obj is None and super().has_change_permission(request, obj)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Read the table before Django opens the page's transaction.

        The gate's leases in it would hold up everybody who uploads a file.
        """
        upload = request.FILES.get("file")
        if upload and not object_id and self.has_add_permission(request):
            self._read(request, upload)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _read(self, request, upload):
        encoding = request.POST.get("encoding", "")
        encoding = encoding if encoding in tables.ENCODINGS else ""
        try:
            check_size(upload)
            upload.table = imports.read_table(upload, str(request.user.pk), encoding)
        except ValidationError as refusal:
            upload.refusal = refusal

    def save_model(self, request, obj, form, change):
        upload = form.cleaned_data["file"]
        kept = InvitationBatch.keep(
            obj.customer, upload.name, form.rows, now=timezone.now(), actor=request.user
        )
        obj.pk, obj.rows = kept.pk, kept.rows

    def response_add(self, request, obj, post_url_continue=None):
        # On to the page that shows the verdict on each row.
        return redirect("admin:connections_invitationbatch_change", obj.pk)

    def get_urls(self):
        ours = [
            path(
                "<uuid:pk>/send/",
                self.admin_site.admin_view(self.send),
                name="connections_invitationbatch_send",
            ),
            path(
                "<uuid:pk>/pause/",
                self.admin_site.admin_view(self.pause),
                name="connections_invitationbatch_pause",
            ),
        ]
        return ours + super().get_urls()

    def change_view(self, request, object_id, form_url="", extra_context=None):
        batch = self.get_object(request, object_id)
        chosen = request.GET.get("verdict", "")
        chosen = chosen if chosen in Verdict.values else ""
        rows = batch.rows if batch else []
        if chosen:
            rows = [row for row in rows if row["verdict"] == chosen]
        page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
        context = {
            "batch": batch,
            "page": page,
            "rows": [_with_labels(row) for row in page],
            "chosen": chosen,
            "keep": f"verdict={chosen}&" if chosen else "",
            "left": InvitationBatch.left_today(timezone.now()),
        }
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    @method_decorator(reauthentication_required)
    def send(self, request, pk):
        # It mails strangers by the thousand: so it asks once more, and only after a recent log-in.
        batch = self._batch(request, pk)
        if request.method != "POST":
            context = {
                **self.admin_site.each_context(request),
                "batch": batch,
                "title": _("Send the invitations"),
            }
            return TemplateResponse(request, "admin/connections/invitationbatch/send.html", context)
        return self._move(request, batch, batch.start, _("The invitations are being sent."))

    def pause(self, request, pk):
        batch = self._batch(request, pk)
        if request.method != "POST":
            return redirect("admin:connections_invitationbatch_change", pk)
        return self._move(request, batch, batch.pause, _("Paused."))

    def _batch(self, request, pk):
        if not self.has_add_permission(request):
            raise PermissionDenied
        return get_object_or_404(InvitationBatch, pk=pk)

    def _move(self, request, batch, act, words):
        try:
            act()
            self.log_change(request, batch, str(words))
            self.message_user(request, words)
        except AlreadyDecided:
            self.message_user(
                request, _("%(row)s: already decided.") % {"row": batch}, messages.WARNING
            )
        return redirect("admin:connections_invitationbatch_change", batch.pk)
