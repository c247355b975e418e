"""The bell: news for each person, and how they want to hear of it by e-mail."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import notifications
from accounts.models.people import User
from accounts.models.suppliers import Supplier
from core import mail


class Way(models.TextChoices):
    """How a person hears of a kind of news by e-mail; the bell rings in any case."""

    USUAL = "", _("As usual")
    NOW = "now", _("Always at once")
    DIGEST = "digest", _("Once a day")
    OFF = "off", _("No e-mail")


class Preference(models.Model):
    """The Way that a person has chosen for a kind of news; without a row it is as usual."""

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
    def choose(cls, user: User, ways: dict[str, str]) -> None:
        """Keep the person's Way of each kind in `ways`; other kinds stay as they are."""
        rows = [
            cls(user=user, kind=kind, way=way) for kind, way in ways.items() if way != Way.USUAL
        ]
        with transaction.atomic():
            # A double click waits here, where otherwise both would insert the same rows.
            User.objects.select_for_update(no_key=True).get(pk=user.pk)
            cls.objects.filter(user=user, kind__in=ways).delete()
            cls.objects.bulk_create(rows)


class NotificationQuerySet(models.QuerySet):
    def for_supplier(self, supplier: Supplier):
        return self.filter(supplier=supplier)

    def for_customer(self, customer_id: uuid.UUID):
        return self.filter(customer_id=customer_id)

    def unread(self):
        return self.filter(read_at=None)

    def hidden_from(self, membership):
        """Select news to the member about objects of their supplier that they no longer see."""
        hidden = Q(pk__in=[])  # nothing, until a kind adds to it
        for kind in notifications.all_kinds():
            if kind.visible_to:
                seen = kind.visible_to(membership).values("pk")
                hidden |= Q(kind=kind.name) & ~Q(object_id__in=seen)
        return self.for_supplier(membership.supplier).filter(hidden, user=membership.user)

    def mark_read(self, now: datetime) -> int:
        return self.unread().update(read_at=now)


class Notification(models.Model):
    """A line of news for a person, as somebody who works for its owner.

    The owner is a supplier or a customer.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications")
    supplier = models.ForeignKey(
        Supplier, models.CASCADE, null=True, blank=True, related_name="notifications"
    )
    # No ForeignKey: customers are the business of an app above this one, which knows none of its
    # models.
    customer_id = models.UUIDField(null=True, blank=True)
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
            models.Index(fields=["user"], name="unread_of_a_person", condition=Q(read_at=None)),
            models.Index(fields=["user"], name="digests_to_send", condition=Q(in_digest=True)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(supplier__isnull=False, customer_id__isnull=True)
                | Q(supplier__isnull=True, customer_id__isnull=False),
                name="notification_has_one_owner",
            )
        ]

    def __str__(self):
        return self.kind

    @property
    def template(self):
        return f"notifications/{self.kind}.html"

    @property
    def icon(self):
        return notifications.get_kind(self.kind).icon

    @property
    def leads_to(self):
        return notifications.get_kind(self.kind).address(self.object_id)


class Letter(NamedTuple):
    """The mail that goes with news: its addressees, and the variables of its template.

    Addressees who chose the digest, or no mail, don't get it.
    """

    to: list[User]
    context: dict
    name: str = ""  # of the mail's template, when it is not the name of the kind


def notify(
    supplier: Supplier,
    kind: str,
    *,
    about: models.Model,
    users: Iterable[User],
    at: datetime,
    letter: Letter | None = None,
    silent: bool = False,
    **data,
) -> None:
    """Ring the bell of each user about one object, and write the letter to its addressees.

    `data` holds the parts of the words (names, a comment), for ever as they are now. An addressee
    who chose so gets the digest or no mail instead of the letter. Any other user who chose so gets
    the digest, or the line of news as a letter. With `silent` no mail goes out, now or later.
    Raises UnknownKind.
    """
    notifications.get_kind(kind)  # before anything is written: an unknown kind could not be shown
    addressees = letter.to if letter else []
    chosen = {} if silent else _chosen_ways(kind, [*users, *addressees])
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
    if silent:
        return
    for user in addressees:
        if chosen.get(user.pk, Way.NOW) == Way.NOW:
            context = {"supplier": supplier, "person": user} | letter.context
            mail.send(letter.name or kind, user.email, user.mail_language, about=about, **context)
    for note in notes:
        if chosen.get(note.user.pk) == Way.NOW and note.user not in addressees:
            _send_as_letter(note)


def _chosen_ways(kind, users):
    # People without a row hear of the kind as usual, and are not among the keys.
    chosen = Preference.objects.filter(kind=kind, user__in=users)
    return dict(chosen.values_list("user", "way"))


def _send_as_letter(note):
    mail.send(
        "news",
        note.user.email,
        note.user.mail_language,
        about=note,
        note=note,
        supplier=note.supplier,
        person=note.user,
    )


def send_digest(user: User, *, now: datetime) -> None:
    """Mail the person the unread news that wait for their digest; nothing is sent twice.

    News of companies that the person has left meanwhile are left out.
    """
    with transaction.atomic():
        # The rows are locked, so that a second worker finds nothing left to send.
        waiting = Notification.objects.select_for_update(of=["self"]).filter(
            user=user, in_digest=True
        )
        notes = list(waiting.select_related("supplier").order_by("created_at"))
        Notification.objects.filter(pk__in=[note.pk for note in notes]).update(in_digest=False)
        theirs = set(user.memberships.active().values_list("supplier", flat=True))
        unread = [note for note in notes if note.read_at is None and note.supplier_id in theirs]
        if unread:
            mail.send("digest", user.email, user.mail_language, notes=unread, person=user, day=now)
