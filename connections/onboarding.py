"""From an invitation to a connected company: its acceptance, and the requests it answers."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.founding import found_company
from accounts.models import Letter, Membership, Supplier, User, notify
from connections.models import Invitation
from core.states import AlreadyDecided


def waiting_for(user: User, now: datetime):
    waiting = Invitation.objects.waiting(now).for_person(user)
    return waiting.select_related("customer", "invited_by")


def accept(
    user: User,
    invitations: Sequence[Invitation],
    *,
    company: Membership | tuple[str, str],
    now: datetime,
    is_first: bool = False,
) -> Supplier:
    """Accept invitations together, for one company; returns the supplier.

    `company` is a membership of the person as admin, or (name, country) to found. All is done in
    one transaction, or nothing. Raises AlreadyDecided when an invitation no longer waits, or when
    the person, who founds their first company (`is_first`), has become an admin meanwhile. The
    caller has checked that the invited addresses are verified addresses of `user`.
    """
    with transaction.atomic():
        # Two pages of a newcomer at once found a single company: the second waits here, and raises.
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if is_first and user.memberships.admins().exists():
            raise AlreadyDecided
        # All customers first and by id, so that two people who accept invitations of the same
        # customers don't wait for each other.
        for invitation in sorted(invitations, key=lambda invitation: invitation.customer_id):
            invitation.customer.one_at_a_time()
        membership = company
        if not isinstance(company, Membership):
            name, country = company
            membership = found_company(user, name=name, country=country, now=now)
        for invitation in invitations:
            profile = invitation.accept(membership, now=now)
            _answer_requests(profile, user, now)
    return membership.supplier


def _answer_requests(profile, user, now):
    for overdue in profile.requests.overdue(now):
        overdue.expire(now=now)  # the worker may be late, and an overdue request is not accepted
    for asked in profile.requests.waiting(now).select_related("supplier", "customer"):
        asked.accept_by_invitation(now=now, actor=user)


def tell_admins(user: User, invitation: Invitation, *, now: datetime) -> None:
    """Tell the admins of the person's companies of an invitation that only admins may accept."""
    for membership in user.memberships.active().select_related("supplier"):
        admins = [admin.user for admin in membership.supplier.admins()]
        notify(
            membership.supplier,
            "invitation_for_admin",
            about=membership.supplier,
            users=admins,
            at=now,
            letter=Letter(admins, {"invitation": invitation, "invited": user}),
            customer=invitation.customer.name,
            person=user.name,
        )
