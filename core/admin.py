"""The admin pages of the plumbing, and the pieces that every app's admin uses."""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.http import HttpRequest
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import jobs
from core.models import Mail, TableImport
from core.models.mail import MailStatus
from core.states import AlreadyDecided


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that the operator reads and never edits; actions may still decide about them."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_decide_permission(self, request):
        # People who may change such rows may use the actions, though nobody edits a row.
        return super().has_change_permission(request)


@admin.register(TableImport)
class TableImportAdmin(ReadOnlyAdmin):
    """Long imports: how far they are, what would come of them, and the button that starts them."""

    list_display = [
        "created_at",
        "file_name",
        "status",
        "total",
        "new",
        "updated",
        "unchanged",
        "created_by",
    ]
    list_filter = ["status"]
    list_select_related = ["created_by"]
    search_fields = ["file_name"]
    date_hierarchy = "created_at"
    fields = []
    change_form_template = "admin/core/tableimport/import.html"

    def get_queryset(self, request):
        # The list shows neither, and both may be megabytes.
        return super().get_queryset(request).defer("content", "problems")

    def get_urls(self):
        view = self.admin_site.admin_view(self.confirm)
        return [
            path("<uuid:pk>/confirm/", view, name="core_tableimport_confirm"),
            *super().get_urls(),
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        context = {"row": self.get_object(request, object_id)} | (extra_context or {})
        return super().change_view(request, object_id, form_url, context)

    def confirm(self, request, pk):
        row = get_object_or_404(TableImport.objects.defer("content"), pk=pk)
        if not self.admin_site.get_model_admin(row.kind._meta.model).has_import_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            # A second press of the button changes nothing.
            with suppress(AlreadyDecided):
                row.confirm()
        return redirect("admin:core_tableimport_change", pk)


@admin.register(Mail)
class MailAdmin(ReadOnlyAdmin):
    """Each mail and what became of it. Bodies are not shown: they hold links."""

    list_display = [
        "created_at",
        "name",
        "to",
        "subject",
        "status",
        "tries",
        "sent_at",
        "smtp_reply",
    ]
    list_filter = ["status", "name", "language"]
    search_fields = ["to", "subject", "about_id"]
    date_hierarchy = "created_at"
    fields = [
        "name", "to", "language", "subject", "status", "tries", "smtp_reply",
        "created_at", "not_before", "valid_until", "sent_at", "about_type", "about_id",
    ]  # fmt: skip
    actions = ["send_again"]

    @admin.action(description=_("Send again"), permissions=["decide"])
    def send_again(self, request, queryset):
        now = timezone.now()
        sent = sum(mail.queue_again(now=now) for mail in queryset)
        self.message_user(request, _("%(number)d queued again.") % {"number": sent})


admin.site.register_queue(
    _("Mail that failed"),
    lambda: Mail.objects.filter(status=MailStatus.FAILED).count(),
    "core/mail/?status__exact=failed",
)
admin.site.register_queue(
    _("Jobs that failed"),
    lambda: jobs.failed().count(),
    "procrastinate/procrastinatejob/?status__exact=failed",
)


class ReasonForm(forms.Form):
    """The operator's reason, kept in the audit trail."""

    reason = forms.CharField(label=_("Reason"), max_length=300, strip=True)


def form_page(
    modeladmin: admin.ModelAdmin,
    request: HttpRequest,
    queryset: models.QuerySet,
    form: forms.Form,
    title: str,
    action: str,
) -> TemplateResponse:
    """Ask for a form between choosing an action and doing it; its button posts `apply`.

    The page names the rows of `queryset` under a `title`; `action` is the name that it posts again.
    """
    context = {
        **modeladmin.admin_site.each_context(request),
        "title": title,
        "rows": queryset,
        "form": form,
        "action": action,
    }
    return TemplateResponse(request, "admin/reason.html", context)


def action_with_form(
    description: str,
    form_class: type[forms.Form] = ReasonForm,
    permission: str = "change",
    mails_many: bool = False,
) -> Callable:
    """Make `act(modeladmin, request, row, cleaned_data)` an admin action with a form before it.

    Use it as a decorator. The form asks for a reason by default. The action reports rows that were
    already decided, and those that `act` refuses by a ValidationError. With `mails_many`, several
    rows at once need a recent log-in: a stolen session must not mail strangers by the thousand.
    """

    def decorate(act):
        @admin.action(description=description, permissions=[permission])
        @wraps(act)
        def action(modeladmin, request, queryset):
            if mails_many and queryset.count() > 1:
                raise_if_reauthentication_required(request, app="")
            form = form_class(request.POST if "apply" in request.POST else None)
            if not form.is_valid():
                return form_page(modeladmin, request, queryset, form, description, act.__name__)
            _act_on_each(act, modeladmin, request, queryset, form.cleaned_data)
            return None

        return action

    return decorate


def _act_on_each(act, modeladmin, request, queryset, cleaned_data):
    done = 0
    for row in queryset:
        try:
            # Each in its own transaction: a row that is refused takes no other with it.
            with transaction.atomic():
                act(modeladmin, request, row, cleaned_data)
            done += 1
        except AlreadyDecided:
            words = _("%(row)s: already decided.") % {"row": row}
            modeladmin.message_user(request, words, messages.WARNING)
        except ValidationError as refusal:
            words = f"{row}: {' '.join(refusal.messages)}"
            modeladmin.message_user(request, words, messages.WARNING)
    if done:
        modeladmin.message_user(request, _("Done."))
