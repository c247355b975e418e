"""Until when a customer invites a supplier, as the profile of the two says it for every list and page."""

from allauth.account.models import EmailAddress
from django.db.models import Max

from accounts.models import Membership, notify
from customers.models import CustomerProfile


def refresh(customer, addresses, now, *, notify=False, except_for=()):
    """Let the profiles of the suppliers that these addresses are admins of say until when the customer invites them.

    With `notify` the admins' bells tell of a fresh invitation, but not those of the suppliers `except_for` (ids), which know it.
    The caller holds the customer's row.
    """
    verified = EmailAddress.objects.filter(email__in=addresses, verified=True)
    admins = (
        Membership.objects.admins()
        .filter(user__in=verified.values("user"))
        .select_related("supplier", "user")
    )
    suppliers = {member.supplier for member in admins}
    for supplier in sorted(suppliers, key=lambda one: one.pk):
        profile = refresh_one(supplier, customer, now)
        if notify and profile and profile.invited_until and supplier.pk not in except_for:
            invited = [member for member in admins if member.supplier == supplier]
            profile.show_to(invited)
            _ring(profile, [member.user for member in invited], now)


def _ring(profile, people, now):
    name = profile.customer.name
    notify(profile.supplier, "invited", about=profile, users=people, at=now, customer=name)


def refresh_one(supplier, customer, now):
    """Let the supplier's profile say until when the customer invites it; returns the profile, None where there is none.

    The caller holds the customer's row.
    """
    waiting = customer.invitations.waiting(now).for_supplier(supplier)
    until = waiting.aggregate(until=Max("expires_at"))["until"]
    if until is None and not supplier.profiles.filter(customer=customer).exists():
        return None
    profile = CustomerProfile.locked(supplier, customer)
    if not profile.is_connected and profile.invited_until != until:
        profile.mark_invited(until)
    return profile
