"""The moment until which a customer invites a supplier, kept on their profile for every page."""

from collections.abc import Collection, Iterable
from datetime import datetime

from allauth.account.models import EmailAddress
from django.db.models import Max

from accounts.models import Membership, Supplier, notify
from customers.models import Customer, CustomerProfile


def refresh(
    customer: Customer,
    addresses: Iterable[str],
    now: datetime,
    *,
    notify: bool = False,
    except_for: Collection = (),
) -> None:
    """Write into the profiles of invited suppliers until when the customer invites them.

    The suppliers are those whose admins have verified one of the addresses. With `notify`, the
    bells of these admins tell of a fresh invitation, but not at the suppliers `except_for` (ids),
    which know it. The caller holds the customer's row.
    """
    verified = EmailAddress.objects.filter(email__in=addresses, verified=True)
    admins = (
        Membership.objects.admins()
        .filter(user__in=verified.values("user"))
        .select_related("supplier", "user")
    )
    suppliers = {member.supplier for member in admins}
    # By id: two transactions that lock the profiles of the same suppliers don't wait for each
    # other.
    for supplier in sorted(suppliers, key=lambda supplier: supplier.pk):
        profile = refresh_one(supplier, customer, now)
        if notify and profile and profile.invited_until and supplier.pk not in except_for:
            invited = [member for member in admins if member.supplier == supplier]
            profile.show_to(invited)
            _ring_bells(profile, invited, now)


def _ring_bells(profile, invited, now):
    notify(
        profile.supplier,
        "invited",
        about=profile,
        users=[member.user for member in invited],
        at=now,
        customer=profile.customer.name,
    )


def refresh_one(supplier: Supplier, customer: Customer, now: datetime) -> CustomerProfile | None:
    """Write into the supplier's profile until when the customer invites it.

    Returns the profile, None where there is none. The caller holds the customer's row.
    """
    waiting = customer.invitations.waiting(now).for_supplier(supplier)
    until = waiting.aggregate(until=Max("expires_at"))["until"]
    if until is None and not supplier.profiles.filter(customer=customer).exists():
        return None  # a profile begins with the first contact
    profile = CustomerProfile.locked(supplier, customer)
    if not profile.is_connected and profile.invited_until != until:
        profile.mark_invited(until)
    return profile
