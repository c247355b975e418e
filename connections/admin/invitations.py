"""The operator's pages of single invitations."""

from contextlib import suppress

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEntry
from connections.models import (
    CannotInviteSupplier,
    Invitation,
    InvitationBatch,
    InvitationStatus,
    Verdict,
    invitation_sending,
)
from connections.models.invitation_checks import check_address
from core.admin import ReasonForm, action_with_form
from core.models import Mail
from core.models.mail import MailStatus
from customers.models import Customer


class InvitationForm(forms.ModelForm):
    """An invitation to send to a supplier."""

    class Meta:
        model = Invitation
        fields = ["customer", "email", "company", "name", "language", "message"]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("customer") and cleaned.get("email"):
            cleaned["email"] = cleaned["email"].lower()
            verdict = check_address(cleaned["customer"], cleaned["email"], now=timezone.now())
            if verdict != Verdict.NEW:
                self.add_error("email", verdict.label)
        if not InvitationBatch.left_today(timezone.now()):
            raise ValidationError(_("Today’s invitations are used up. Try again tomorrow."))
        return cleaned


class StatusFilter(admin.SimpleListFilter):
    """The status of an invitation; mail and opened link tell waiting ones apart."""

    title = _("status")
    parameter_name = "status"

    def lookups(self, request, model_admin):
        return [
            ("queued", _("queued")),
            ("sent", _("sent")),
            ("failed", _("failed")),
            ("opened", _("opened")),
            *InvitationStatus.choices[1:],
        ]

    def queryset(self, request, queryset):
        now, chosen = timezone.now(), self.value()
        if chosen in ("queued", "sent", "failed"):
            return queryset.waiting(now).filter(opened_at=None, mail_status=chosen)
        if chosen == "opened":
            return queryset.waiting(now).exclude(opened_at=None)
        if chosen == InvitationStatus.EXPIRED:
            # The worker may be late: an overdue invitation counts as expired.
            return queryset.filter(
                Q(status=chosen) | Q(status=InvitationStatus.PENDING, expires_at__lte=now)
            )
        return queryset.filter(status=chosen) if chosen else queryset


class AddressForm(forms.Form):
    email = forms.EmailField(label=_("The right address"))


@admin.register(Invitation)
class InvitationAdmin(admin.ModelAdmin):
    form = InvitationForm
    list_display = [
        "created_at",
        "customer",
        "email",
        "shown_status",
        "smtp_reply",
        "company",
        "expires_at",
        "supplier",
    ]
    list_filter = [StatusFilter, "language"]
    list_select_related = ["customer", "supplier"]
    search_fields = ["customer__name", "email", "company"]
    date_hierarchy = "created_at"
    autocomplete_fields = ["customer"]
    shown = [
        "customer", "email", "company", "name", "language", "message",
        "shown_status", "invited_by", "created_at", "expires_at", "opened_at", "decided_at",
        "supplier", "accepted_by", "timeline", "mails",
    ]  # fmt: skip
    actions = ["resend", "correct", "revoke"]

    def get_queryset(self, request):
        return super().get_queryset(request).with_mail()

    def get_fields(self, request, obj=None):
        return self.shown if obj else InvitationForm.Meta.fields

    def get_readonly_fields(self, request, obj=None):
        return self.shown if obj else []

    def get_form(self, request, obj=None, **kwargs):
        read_only = forms.modelform_factory(Invitation, fields=[])
        return read_only if obj else super().get_form(request, obj, **kwargs)

    def has_delete_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return obj is None and super().has_change_permission(request, obj)

    def get_changeform_initial_data(self, request):
        # A customer's page leads here with its id in the address; the mail takes its language.
        initial = super().get_changeform_initial_data(request)
        with suppress(ValidationError):
            if customer := Customer.objects.filter(pk=initial.pop("customer", None)).first():
                return initial | {"customer": customer.pk, "language": customer.mail_language}
        return initial | {"language": settings.PORTAL_LANGUAGE}

    def add_view(self, request, form_url="", extra_context=None):
        try:
            return super().add_view(request, form_url, extra_context)
        # Another operator was faster, between the form's check and sending.
        except CannotInviteSupplier as refusal:
            self.message_user(request, _why(refusal), messages.ERROR)
            return redirect("admin:connections_invitation_add")

    def save_model(self, request, obj, form, change):
        columns = ("email", "company", "name", "language", "message")
        row = {name: getattr(obj, name) for name in columns}
        now = timezone.now()
        sent = invitation_sending.send(obj.customer, [row], now=now, actor=request.user)
        if not sent:
            raise CannotInviteSupplier(check_address(obj.customer, obj.email, now=now))
        # The verb has made the row; the form's instance stands for it from here on.
        obj.pk = sent[0].pk

    @admin.display(description=_("status"))
    def shown_status(self, invitation):
        status = invitation.status_at(timezone.now())
        if status != InvitationStatus.PENDING:
            return InvitationStatus(status).label
        if invitation.opened_at:
            return _("opened")
        return MailStatus(invitation.mail_status or MailStatus.QUEUED).label

    @admin.display(description=_("the server’s words"))
    def smtp_reply(self, invitation):
        return invitation.mail_words or "–"

    @admin.display(description=_("timeline"))
    def timeline(self, invitation):
        entries = AuditEntry.objects.about(invitation).select_related("actor").order_by("at")
        rows = (
            (timezone.localtime(entry.at), entry.kind, entry.actor or "–", entry.data)
            for entry in entries
        )
        return format_html_join("", "<p>{:%Y-%m-%d %H:%M} {} {} {}</p>", rows)

    @admin.display(description=_("mail"))
    def mails(self, invitation):
        rows = (
            (mail.get_status_display(), mail.to, mail.smtp_reply)
            for mail in Mail.objects.about(invitation)
        )
        return format_html_join("", "<p>{}: {} {}</p>", rows)

    @action_with_form(_("Send again with a new link"), mails_many=True)
    def resend(self, request, invitation, given):
        self._try(
            request,
            invitation,
            lambda now: invitation_sending.resend(
                invitation, now=now, actor=request.user, reason=given["reason"]
            ),
        )

    @action_with_form(_("Correct the address"), AddressForm)
    def correct(self, request, invitation, given):
        self._try(
            request,
            invitation,
            lambda now: invitation_sending.correct(
                invitation, given["email"], now=now, actor=request.user
            ),
        )

    @action_with_form(_("Revoke"), ReasonForm)
    def revoke(self, request, invitation, given):
        invitation.revoke(now=timezone.now(), actor=request.user, reason=given["reason"])

    def _try(self, request, invitation, act):
        try:
            act(timezone.now())
        except CannotInviteSupplier as refusal:
            self.message_user(request, f"{invitation}: {_why(refusal)}", messages.ERROR)


def _why(refusal):
    return refusal.verdict.label if refusal.verdict else _("today’s invitations are used up")


admin.site.register_queue(
    _("Invitations whose mail failed"),
    lambda: (
        Invitation.objects.with_mail()
        .waiting(timezone.now())
        .filter(mail_status=MailStatus.FAILED)
        .count()
    ),
    "connections/invitation/?status=failed",
)
