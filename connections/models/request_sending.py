"""A supplier asks a customer to connect: may it, and what is written then."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import translation

from accounts.models import Membership, Supplier
from connections import consent
from connections.models import request_contacts
from connections.models.request_rules import CannotRequest, PairHistory, Refusal, why_not
from connections.models.requests import ConnectionRequest
from core.models import DailyCount, today
from customers.models import Customer, CustomerProfile


def send(
    membership: Membership,
    customer: Customer,
    *,
    contact: str,
    message: str,
    origin: str,
    origin_id: UUID | None,
    now: datetime,
) -> ConnectionRequest:
    """Ask the customer to connect with the member's supplier; returns the pending request.

    `contact` may be "" from a suggestion: then the customer's own contacts get the request. Raises
    CannotRequest, with nothing changed, when the supplier may not ask now; a colleague's pending
    request comes with the exception.
    """
    with transaction.atomic():
        # Everything about the pair queues on its profile: of two colleagues who ask at once, the
        # second finds the request of the first.
        profile = CustomerProfile.locked(membership.supplier, customer)
        for overdue in profile.requests.overdue(now):
            overdue.expire(now=now)
        check_may_ask(profile, now)
        _spend_one_of_today(membership.supplier, now)
        asked = ConnectionRequest.objects.create(
            supplier=membership.supplier,
            customer=customer,
            profile=profile,
            requested_by=membership.user,
            contact_email=contact.lower(),
            message=message,
            origin=origin,
            origin_id=origin_id,
            consent_version=consent.VERSION,
            consent_language=translation.get_language(),
            consent_text=str(consent.TEXT),
            consented_at=now,
            created_at=now,
            expires_at=now + timedelta(days=settings.PORTAL_REQUEST_DAYS),
        )
        profile.mark_requested(asked.expires_at)
        profile.show_to([membership])
        asked.record("request_sent", now, actor=membership.user)
        request_contacts.send_first(asked, now)
    return asked


def check_may_ask(profile: CustomerProfile, now: datetime) -> None:
    """Raise CannotRequest when the profile's supplier may not ask its customer at `now`."""
    newest = ConnectionRequest.objects.filter(profile=profile).with_history().first()
    history = PairHistory.of(newest, now) if newest else PairHistory()
    if refusal := why_not(profile, history, now):
        raise refusal
    used = DailyCount.objects.used("requests", str(profile.supplier_id), today(now))
    if used >= settings.PORTAL_REQUESTS_A_DAY:
        raise CannotRequest(Refusal.DAILY)


def _spend_one_of_today(supplier: Supplier, now: datetime) -> None:
    # check_may_ask() has only looked; here requests to other customers at the same moment count.
    limit = settings.PORTAL_REQUESTS_A_DAY
    if not DailyCount.objects.spend("requests", str(supplier.pk), today(now), limit):
        raise CannotRequest(Refusal.DAILY)
