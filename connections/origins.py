"""The start of a request: a supplier asks only customers that it has found."""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from accounts.models import Membership
from connections.models import Origin
from connections.suggestions import suggested
from customers.models import Customer

HOURS = 24  # an attempt leads to the customers it found for so long


class Start(NamedTuple):
    """The way to a customer: its kind, and the id of the attempt or request."""

    origin: Origin
    origin_id: UUID | None
    contact_is_optional: bool


def find(membership: Membership, customer: Customer, now: datetime) -> Start | None:
    """Look up what leads the member to the customer now; None when nothing does.

    That is an attempt of the last hours that found the customer, a live suggestion, or an earlier
    request of the supplier.
    """
    supplier = membership.supplier
    is_suggested = suggested(membership, customer, now) is not None
    attempt = supplier.attempts.finding(customer, now - timedelta(hours=HOURS)).first()
    if attempt:
        return Start(Origin.ATTEMPT, attempt.pk, is_suggested)
    if is_suggested:
        return Start(Origin.SUGGESTION, None, True)
    earlier = supplier.requests.visible_to(membership).filter(customer=customer).first()
    return Start(Origin.REQUEST, earlier.pk, False) if earlier else None
