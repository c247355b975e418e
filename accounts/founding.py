"""Founding a company: a person becomes the first admin of a supplier that is new here."""

from datetime import datetime

from django.db import transaction

from accounts.models import Membership, PendingCompany, Role, Supplier, User


def found_company(
    user: User, *, name: str, country: str, now: datetime, is_first: bool = False
) -> Membership | None:
    """Found a supplier with the person as its admin; returns the membership.

    With `is_first`, a person who works for a supplier already founds none and gets None.
    """
    with transaction.atomic():
        # Two clicks found one company: the second waits here and sees the first.
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if is_first and user.memberships.active().exists():
            return None
        PendingCompany.objects.filter(user=user).delete()
        supplier = Supplier.objects.create(name=name, country=country, created_at=now)
        supplier.record("supplier_founded", now, actor=user)
        return Membership.objects.create(
            supplier=supplier, user=user, role=Role.ADMIN, created_at=now
        )
