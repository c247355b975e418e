"""What the bell shows. A kind is a plain string, listed in KINDS; its words are templates/notifications/<kind>.html."""

import uuid
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.suppliers import Supplier
from core import mail


class Kind(NamedTuple):
    """A kind of news: the view that it leads to, its icon, and what it is called where one chooses how to hear of it."""

    view: str
    icon: str
    label: str


KINDS = {
    "request_accepted": Kind("connections:request", "check", _("A customer accepts a request")),
    "request_declined": Kind("connections:request", "x", _("A customer declines a request")),
    "request_expired": Kind("connections:request", "clock", _("A request expires")),
    "invited": Kind("customers:profile", "mail", _("A customer invites the company")),
    "invitation_accepted": Kind(
        "customers:profile", "check", _("A colleague accepts an invitation")
    ),
    "invitation_for_admin": Kind("accounts:team", "mail", _("An invitation needs an admin")),
    "connection_ended": Kind("customers:profile", "x", _("A connection ends")),
    "step_approved": Kind("customers:profile", "check", _("A customer approves a step")),
    "step_returned": Kind("customers:profile", "alert", _("A customer sends a step back")),
    "step_handed": Kind("customers:profile", "users", _("A step is handed to me")),
    "steps_asked": Kind("customers:profile", "plus", _("A customer asks for something new")),
    "file_expires": Kind("customers:profile", "clock", _("A file given to a customer runs out")),
    "document_expires": Kind("accounts:company", "clock", _("A company document runs out")),
    "export_ready": Kind("leaving:export", "file", _("An export is ready")),
    "join_asked": Kind("accounts:team", "users", _("Somebody asks to join the team")),
    "member_joined": Kind("accounts:team", "users", _("Somebody joins the team")),
    "role_changed": Kind("accounts:team", "users", _("My role changes")),
}
WHOLE_PAGES = {
    "accounts:company",
    "accounts:team",
    "leaving:export",
}  # need no id; the others take that of what it is about


class Way(models.TextChoices):
    """How somebody hears of a kind by e-mail; the bell rings in any case."""

    USUAL = "", _("As usual")
    NOW = "now", _("Always at once")
    DIGEST = "digest", _("Once a day")
    OFF = "off", _("No e-mail")


class Preference(models.Model):
    """What a person has chosen for a kind; without a row it is as usual."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="preferences")
    kind = models.CharField(max_length=40)
    way = models.CharField(max_length=10, choices=Way.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "kind"], name="one_preference_per_kind")
        ]

    def __str__(self):
        return f"{self.kind}: {self.way}"

    @classmethod
    def choose(cls, user, ways):
        """Keep {kind: Way}; as usual keeps nothing."""
        rows = [
            cls(user=user, kind=kind, way=way) for kind, way in ways.items() if way != Way.USUAL
        ]
        with transaction.atomic():
            get_user_model().objects.select_for_update(no_key=True).get(
                pk=user.pk
            )  # a double click chooses once
            cls.objects.filter(user=user, kind__in=ways).delete()
            cls.objects.bulk_create(rows)


class NotificationQuerySet(models.QuerySet):
    def unread(self):
        return self.filter(read_at=None)

    def leading_to(self, view):
        return self.filter(kind__in=[name for name, kind in KINDS.items() if kind.view == view])

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
    in_digest = models.BooleanField(default=False)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="notifications_of_a_person"),
            models.Index(
                fields=["user"], name="unread_of_a_person", condition=models.Q(read_at=None)
            ),
            models.Index(
                fields=["user"], name="digests_to_send", condition=models.Q(in_digest=True)
            ),
        ]

    def __str__(self):
        return self.kind

    @property
    def template(self):
        return f"notifications/{self.kind}.html"

    @property
    def icon(self):
        return KINDS[self.kind].icon

    @property
    def leads_to(self):
        """The address of the page that it is about."""
        view = KINDS[self.kind].view
        return reverse(view, args=[] if view in WHOLE_PAGES else [self.object_id])


class Letter(NamedTuple):
    """What some are written beside the bell: `to` whom, unless they chose otherwise, with what context, by which name."""

    to: list
    context: dict
    name: str = ""  # that of the kind


def notify(supplier, kind, *, about, users, at, letter=None, silent=False, **data):
    """Ring the bell of each user about one thing; `data` holds the words' parts (names, comment), for ever as they were.

    Those whom the Letter is to get it at once, unless they chose the digest or nothing. Whoever else chose so waits for the
    digest, or gets the line as a letter. `silent`: nobody is written to, at once or later.
    """
    addressees = letter.to if letter else []
    chosen = Preference.objects.filter(kind=kind, user__in=[*users, *addressees])
    chosen = {} if silent else dict(chosen.values_list("user", "way"))
    notes = Notification.objects.bulk_create(
        Notification(
            user=user,
            supplier=supplier,
            kind=kind,
            object_id=about.pk,
            data=data,
            created_at=at,
            in_digest=chosen.get(user.pk) == Way.DIGEST,
        )
        for user in users
    )
    for user in [] if silent else addressees:
        if chosen.get(user.pk, Way.NOW) == Way.NOW:
            context = {"supplier": supplier, "person": user} | letter.context
            mail.send(letter.name or kind, user.email, user.mail_language, about=about, **context)
    for note in notes:
        user = note.user
        if chosen.get(user.pk) == Way.NOW and user not in addressees:
            mail.send(
                "news",
                user.email,
                user.mail_language,
                about=note,
                note=note,
                supplier=supplier,
                person=user,
            )


def send_digest(user, *, now):
    """Write one letter with what waits for the person's digest and was not read meanwhile; nothing is sent twice.

    Companies that the person has left since tell them nothing more.
    """
    with transaction.atomic():
        waiting = Notification.objects.select_for_update(of=["self"]).filter(
            user=user, in_digest=True
        )
        notes = list(waiting.select_related("supplier").order_by("created_at"))
        Notification.objects.filter(pk__in=[note.pk for note in notes]).update(in_digest=False)
        theirs = set(user.memberships.active().values_list("supplier", flat=True))
        unread = [note for note in notes if note.read_at is None and note.supplier_id in theirs]
        if unread:
            mail.send("digest", user.email, user.mail_language, notes=unread, person=user, day=now)
