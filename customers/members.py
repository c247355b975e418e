"""The customers that members of a supplier work on."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import Membership, Notification, User
from customers.models import CustomerProfile, Stage


def profiles_shown_to(reader: Membership) -> QuerySet[CustomerProfile]:
    """Return the profiles that the reader may give to members: all that the reader sees."""
    # Nothing of a dropped profile is shown anywhere.
    profiles = CustomerProfile.objects.visible_to(reader).exclude(stage=Stage.DROPPED)
    return profiles.select_related("customer").order_by("customer__name")


def limit_to(
    member: Membership,
    profiles: Collection[CustomerProfile] | None,
    *,
    now: datetime,
    actor: User,
) -> None:
    """Let a member see these profiles only; None lets the member see all of the supplier.

    News about profiles that the member can't open any more is deleted.
    """
    with transaction.atomic():
        member.sees_all_customers = profiles is None
        member.save(update_fields=["sees_all_customers"])
        member.profiles.set(profiles or [])
        if profiles is not None:
            Notification.objects.hidden_from(member).delete()
        member.record(
            "customers_of_member_changed",
            now,
            actor,
            customers=[str(profile.customer) for profile in profiles or []],
            all=profiles is None,
        )
