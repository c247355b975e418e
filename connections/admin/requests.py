"""The operator's pages of requests, searches, reports and muted addresses."""

from django import forms
from django.contrib import admin
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEntry
from connections.models import (
    CannotRequest,
    ConnectionRequest,
    Reason,
    Refusal,
    Report,
    RequestStatus,
    SearchAttempt,
    request_contacts,
)
from core.admin import ReadOnlyAdmin, ReasonForm, action_with_form
from core.models import Mail
from customers.models import Customer


class ContactForm(forms.Form):
    """The address to which the operator sends a request; it becomes a contact of the customer."""

    email = forms.EmailField(label=_("E-mail"))


class CommentForm(forms.Form):
    """The comment that the supplier reads about the operator's decision."""

    comment = forms.CharField(label=_("Comment"), max_length=1000, required=False)


@admin.register(ConnectionRequest)
class ConnectionRequestAdmin(admin.ModelAdmin):
    list_display = [
        "created_at",
        "supplier",
        "customer",
        "status",
        "no_known_contact",
        "contact_email",
        "expires_at",
    ]
    list_filter = ["status", "no_known_contact", "origin"]
    list_select_related = ["supplier", "customer"]
    search_fields = ["supplier__name", "customer__name", "contact_email"]
    date_hierarchy = "created_at"
    fields = [
        "supplier", "customer", "requested_by", "contact_email", "message", "origin", "status",
        "no_known_contact", "reason", "comment", "created_at", "expires_at", "decided_at",
        "reminders_sent", "consented_at", "consent_text", "timeline", "mails",
    ]  # fmt: skip
    readonly_fields = fields
    actions = ["send_to", "accept", "decline"]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=_("timeline"))
    def timeline(self, asked):
        entries = AuditEntry.objects.about(asked).select_related("actor").order_by("at")
        rows = (
            (
                timezone.localtime(entry.at),
                entry.kind,
                entry.actor or entry.address or "–",
                entry.data,
            )
            for entry in entries
        )
        return format_html_join("", "<p>{:%Y-%m-%d %H:%M} {} {} {}</p>", rows)

    @admin.display(description=_("mail"))
    def mails(self, asked):
        rows = (
            (mail.get_status_display(), mail.to, mail.name, mail.smtp_reply)
            for mail in Mail.objects.about(asked)
        )
        return format_html_join("", "<p>{}: {} {} {}</p>", rows)

    @action_with_form(_("Add a contact and send"), ContactForm)
    def send_to(self, request, asked, given):
        try:
            request_contacts.add_contact(
                asked, given["email"], now=timezone.now(), actor=request.user
            )
        except CannotRequest as refusal:
            suspended = _(
                "The supplier is suspended, so nothing was sent. Lift the suspension first."
            )
            words = suspended if refusal.code == Refusal.SUSPENDED else refusal.code.label
            raise forms.ValidationError(words) from None

    @action_with_form(_("Accept for the customer"), CommentForm)
    def accept(self, request, asked, given):
        asked.accept(now=timezone.now(), actor=request.user, comment=given["comment"])

    @action_with_form(_("Decline for the customer"), CommentForm)
    def decline(self, request, asked, given):
        asked.decline(
            Reason.OTHER, now=timezone.now(), actor=request.user, comment=given["comment"]
        )


@admin.register(SearchAttempt)
class SearchAttemptAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "supplier", "user", "words", "found", "cost", "returned_at"]
    list_filter = ["cost", ("returned_at", admin.EmptyFieldListFilter)]
    list_select_related = ["supplier", "user"]
    search_fields = ["supplier__name", "user__email", "words"]
    date_hierarchy = "created_at"
    exclude = ["same_words", "keys", "results"]
    readonly_fields = ["names_found"]
    actions = ["give_back"]

    @admin.display(description=_("found"))
    def found(self, attempt):
        return len(attempt.results)

    @admin.display(description=_("results"))
    def names_found(self, attempt):
        found = Customer.objects.filter(pk__in=attempt.results)
        return ", ".join(found.values_list("name", flat=True)) or "–"

    @action_with_form(
        _("Give today’s searches of the supplier back"), ReasonForm, permission="decide"
    )
    def give_back(self, request, attempt, given):
        SearchAttempt.give_back(
            attempt.supplier, given["reason"], now=timezone.now(), actor=request.user
        )


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    list_display = ["at", "kind", "supplier", "customer", "address", "handled_at"]
    list_filter = ["kind", ("handled_at", admin.EmptyFieldListFilter)]
    list_select_related = ["supplier", "customer"]
    search_fields = ["supplier__name", "customer__name", "address"]
    date_hierarchy = "at"
    actions = ["handled"]

    @admin.action(description=_("Handled"), permissions=["decide"])
    def handled(self, request, queryset):
        queryset.filter(handled_at=None).update(handled_at=timezone.now())


def _without_contact():
    pending = ConnectionRequest.objects.filter(status=RequestStatus.PENDING)
    return pending.filter(no_known_contact=True).count()


admin.site.register_queue(
    _("Requests with no known contact"),
    _without_contact,
    "connections/connectionrequest/?no_known_contact__exact=1",
)
admin.site.register_queue(
    _("Reports"),
    lambda: Report.objects.filter(handled_at=None).count(),
    "connections/report/?handled_at__isempty=1",
)
