"""Where a request may start from: nobody asks a customer that they have not found."""

from datetime import timedelta

from connections.models.requests import Origin
from connections.suggestions import suggested

HOURS = 24


def find(membership, customer, now):
    """(origin, id of what it was, whether the contact may be left out), or None when nothing leads to this customer.

    Looked up again at each use: an attempt of the supplier's last 24 hours that found the customer, a live suggestion, or an
    own earlier request.
    """
    supplier = membership.supplier
    is_suggested = suggested(membership, customer, now) is not None
    attempt = supplier.attempts.finding(customer, now - timedelta(hours=HOURS)).first()
    if attempt:
        return Origin.ATTEMPT, attempt.pk, is_suggested
    if is_suggested:
        return Origin.SUGGESTION, None, True
    earlier = supplier.requests.visible_to(membership).filter(customer=customer).first()
    return (Origin.REQUEST, earlier.pk, False) if earlier else None
