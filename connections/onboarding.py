"""From an invitation to a connected company: who may accept it, for which company, and what else goes with it."""

from django.db import transaction

from accounts.founding import found_company
from accounts.models import Letter, Membership, User, notify
from connections.models import Invitation
from core.states import AlreadyDecided
from customers.models import Customer


def waiting_for(user, now):
    """The open invitations to addresses that the person has proved to be theirs, newest first."""
    return Invitation.objects.waiting(now).for_person(user).select_related("customer", "invited_by")


def accept(user, invitations, *, company, now, is_first=False):
    """Accept the invitations together, for one company: a membership of the person as admin, or (name, country) to found.

    All or nothing, in one transaction; returns the supplier. Raises AlreadyDecided when one no longer waits, or when the
    person, who founds their first company (`is_first`), has become an admin meanwhile. The caller has checked that the
    invited addresses are verified ones of `user`.
    """
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if is_first and user.memberships.admins().exists():
            raise AlreadyDecided
        for pk in sorted(invitation.customer_id for invitation in invitations):
            Customer.objects.select_for_update(no_key=True).get(pk=pk)
        membership = company
        if not isinstance(company, Membership):
            name, country = company
            membership = found_company(user, name=name, country=country, now=now)
        for invitation in invitations:
            invitation.accept(membership, now=now)
    return membership.supplier


def tell_admins(user, invitation, *, now):
    """A member who may not accept lets the admins of their companies know."""
    for membership in user.memberships.active().select_related("supplier"):
        admins = [one.user for one in membership.supplier.admins()]
        told = {"customer": invitation.customer.name, "person": user.name, "users": admins}
        letter = Letter(admins, {"invitation": invitation, "invited": user})
        notify(
            membership.supplier,
            "invitation_for_admin",
            about=membership.supplier,
            at=now,
            letter=letter,
            **told,
        )
