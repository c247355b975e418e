"""The operator's site: its front page says what waits."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from portal.models import Mail
from portal.models.mail import State


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
    _("Mail that failed"), lambda: Mail.objects.filter(state=State.FAILED).count(), "portal/mail/?state__exact=failed"
)
