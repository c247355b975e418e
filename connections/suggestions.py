"""Suggestions: customers whose vendor lists name a supplier."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, F, Max, OuterRef, Q
from django.utils.translation import gettext as _

from accounts.models import Membership, Supplier
from connections.models import ConnectionRequest, Dismissal, RequestStatus
from connections.models.request_rules import PairHistory, why_not
from customers.models import Customer, CustomerProfile, VendorRecord
from customers.models.directory import bare_number

MOST = 20  # shown; nobody reads a longer list
READ = 500  # vendor records looked at, so that a common domain does not make the page slow


@dataclass(frozen=True)
class Suggestion:
    """A customer to connect with, and the reason in the reader's language."""

    customer: Customer
    reason: str


def matching(supplier: Supplier, domains: Collection[str]):
    """Select vendor records that name the supplier: by a company domain, or by its number."""
    ours = Q(domain__in=domains)
    # Numbers are public: a rival could type this supplier's number and see its customers, so only
    # a number that the operator has verified counts.
    if supplier.registration_verified_at and supplier.registration_number:
        ours |= Q(tax_number=bare_number(supplier.registration_number))
    records = VendorRecord.objects.filter(ours)
    return records.filter(customer__is_listed=True, customer__takes_requests=True)


def suggest(membership: Membership, now: datetime) -> list[Suggestion]:
    """List suggestions for a member, by customer name, at most MOST.

    Only customers that can be asked now, without those that the supplier has dismissed.
    """
    supplier = membership.supplier
    domains = supplier.verified_domains()
    dismissed = Dismissal.objects.filter(supplier=supplier).values("customer")
    records = matching(supplier, domains).exclude(customer__in=dismissed).select_related("customer")
    reasons, customers = {}, {}
    for record in records.order_by("customer__name", "customer", "pk")[:READ]:
        customers[record.customer_id] = record.customer
        reasons.setdefault(record.customer_id, _reason(record, domains))
    for pk in _ids_out_of_reach(membership, customers, now):
        customers.pop(pk, None)
    return [Suggestion(customer, reasons[pk]) for pk, customer in list(customers.items())[:MOST]]


def suggested(membership: Membership, customer: Customer, now: datetime) -> Suggestion | None:
    for suggestion in suggest(membership, now):
        if suggestion.customer == customer:
            return suggestion
    return None


def _ids_out_of_reach(membership, customers, now):
    supplier = membership.supplier
    if supplier.is_suspended:
        return list(customers)
    # The history of all pairs in one query: as ConnectionRequest.with_history() counts it for a
    # single pair.
    counted = Q(requests__created_at__gte=F("count_from")) | Q(count_from=None)
    profiles = supplier.profiles.filter(customer__in=customers).annotate(
        is_seen=Exists(CustomerProfile.objects.visible_to(membership).filter(pk=OuterRef("pk"))),
        is_waiting=Exists(ConnectionRequest.objects.waiting(now).filter(profile=OuterRef("pk"))),
        times_asked=Count("requests", filter=counted),
        declined_at=Max(
            "requests__decided_at", filter=counted & Q(requests__status=RequestStatus.DECLINED)
        ),
    )
    closed = []
    for profile in profiles:
        # Known already, so that why_not() needs no query for each profile.
        profile.supplier, profile.customer = supplier, customers[profile.customer_id]
        history = PairHistory(profile.is_waiting, profile.times_asked, profile.declined_at)
        if not profile.is_seen or why_not(profile, history, now):
            closed.append(profile.customer_id)
    return closed


def _reason(record, domains):
    if record.domain in domains:
        return _("Their vendor list has %(email)s") % {"email": record.email}
    return _("Their vendor list has your registration number")
