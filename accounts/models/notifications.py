"""What the bell shows. A kind is a plain string; its words and link are templates/notifications/<kind>.html."""

import uuid

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.suppliers import Supplier

# kind: the view that it leads to, by the id of what it is about
KINDS = {
    "request_accepted": "connections:request",
    "request_declined": "connections:request",
    "request_expired": "connections:request",
    "invited": "customers:profile",
    "invitation_accepted": "customers:profile",
    "invitation_for_admin": "accounts:team",
    "connection_ended": "customers:profile",
    "step_approved": "customers:profile",
    "step_returned": "customers:profile",
    "step_handed": "customers:profile",
    "steps_asked": "customers:profile",
    "file_expires": "customers:profile",
    "document_expires": "accounts:company",
    "export_ready": "connections:export",
    "join_asked": "accounts:team",
    "member_joined": "accounts:team",
    "role_changed": "accounts:team",
}
WHOLE_PAGES = {"accounts:company", "accounts:team", "connections:export"}  # need no id
ICONS = {
    "request_accepted": "check",
    "request_expired": "clock",
    "invited": "mail",
    "invitation_accepted": "check",
    "invitation_for_admin": "mail",
    "step_approved": "check",
    "step_returned": "alert",
    "step_handed": "users",
    "steps_asked": "plus",
    "file_expires": "clock",
    "document_expires": "clock",
    "export_ready": "file",
    "join_asked": "users",
    "member_joined": "users",
    "role_changed": "users",
}


class NotificationQuerySet(models.QuerySet):
    def unread(self):
        return self.filter(read_at=None)

    def mark_read(self, now):
        return self.unread().update(read_at=now)


class Notification(models.Model):
    """One line for one person about something of one supplier."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications")
    supplier = models.ForeignKey(Supplier, models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=40)
    object_id = models.UUIDField()
    data = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="notifications_of_a_person"),
            models.Index(fields=["user"], name="unread_of_a_person", condition=models.Q(read_at=None)),
        ]

    def __str__(self):
        return self.kind

    @property
    def template(self):
        return f"notifications/{self.kind}.html"

    @property
    def icon(self):
        return ICONS.get(self.kind, "x")

    @property
    def leads_to(self):
        """The address of the page that it is about."""
        view = KINDS[self.kind]
        return reverse(view, args=[] if view in WHOLE_PAGES else [self.object_id])


def notify(supplier, kind, *, about, users, at, **data):
    """Ring the bell of each user about one thing; `data` holds the words' parts (names, comment), for ever as they were."""
    Notification.objects.bulk_create(
        Notification(user=user, supplier=supplier, kind=kind, object_id=about.pk, data=data, created_at=at)
        for user in users
    )
