"""The operator's site: its front page says what waits."""

from functools import wraps

from allauth.mfa.utils import is_mfa_enabled
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from portal.models import Mail
from portal.models.mail import State
from portal.states import AlreadyDecided


class OperatorSite(admin.AdminSite):
    """Django admin with a front page of queues, each a title, a queryset and the list that it leads to."""

    index_template = "admin/portal_index.html"
    site_header = site_title = _("Operator")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.queues = []

    def register_queue(self, title, count, url):
        """Show on the front page how many rows wait: `count()` says it, `url` (a path below the admin) leads there."""
        self.queues.append((title, count, url))

    def admin_view(self, view, cacheable=False):
        """Staff without a second factor set one up first, where the settings ask for it."""
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def guarded(request, *args, **kwargs):
            staff = request.user.is_authenticated and request.user.is_staff
            if settings.STAFF_SECOND_FACTOR and staff and not is_mfa_enabled(request.user):
                return redirect("mfa_activate_totp")
            return inner(request, *args, **kwargs)

        return guarded

    def index(self, request, extra_context=None):
        queues = [{"title": title, "number": count(), "url": url} for title, count, url in self.queues]
        return super().index(request, {"queues": queues} | (extra_context or {}))


class History(admin.ModelAdmin):
    """Rows that are read, never written, here."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Mail)
class MailAdmin(History):
    """What became of each mail. Bodies are not shown: they hold links."""

    list_display = ["created_at", "name", "to", "subject", "state", "tries", "sent_at", "server_words"]
    list_filter = ["state", "name", "language"]
    search_fields = ["to", "subject", "about_id"]
    date_hierarchy = "created_at"
    fields = [
        "name", "to", "language", "subject", "state", "tries", "server_words",
        "created_at", "not_before", "valid_until", "sent_at", "about_type", "about_id",
    ]  # fmt: skip
    actions = ["send_again"]

    @admin.action(description=_("Send again"), permissions=["view"])
    def send_again(self, request, queryset):
        sent = sum(mail.queue_again() for mail in queryset)
        self.message_user(request, _("%(number)d queued again.") % {"number": sent})


admin.site.register_queue(
    _("Mail that failed"),
    lambda: Mail.objects.filter(state=State.FAILED).count(),
    "portal/mail/?state__exact=failed",
)


class ReasonForm(forms.Form):
    """Why the operator does it: kept in the audit trail."""

    reason = forms.CharField(label=_("Reason"), max_length=300, strip=True)


def with_reason(description, form_class=ReasonForm):
    """An admin action that asks for a reason first: decorates `act(modeladmin, request, row, cleaned_data)`.

    Each row is done in its own transaction; one that was already decided is told, not done twice.
    """

    def decorate(act):
        @admin.action(description=description, permissions=["change"])
        @wraps(act)
        def action(modeladmin, request, queryset):
            form = form_class(request.POST if "apply" in request.POST else None)
            if not form.is_valid():
                context = {
                    **modeladmin.admin_site.each_context(request),
                    "title": description,
                    "rows": queryset,
                    "form": form,
                    "action": act.__name__,
                }
                return TemplateResponse(request, "admin/reason.html", context)
            for row in queryset:
                try:
                    act(modeladmin, request, row, form.cleaned_data)
                except AlreadyDecided:
                    modeladmin.message_user(request, _("%(row)s: already decided.") % {"row": row}, messages.WARNING)
            modeladmin.message_user(request, _("Done."))
            return None

        return action

    return decorate
