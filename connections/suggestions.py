"""Customers that say they buy from a supplier, and why we think so."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from connections.models import ConnectionRequest, Dismissal
from customers.models import Customer, VendorRecord
from customers.models.directory import bare_number

MOST = 20  # shown
READ = 500  # vendor records looked at


@dataclass(frozen=True)
class Suggestion:
    """A customer to connect with, and the reason in the reader's language."""

    customer: Customer
    reason: str


def matching(supplier, domains):
    """Vendor records that name this supplier: by the company e-mail domain of its verified people, or by a verified number.

    Numbers are public, so one that the operator has not verified would show a rival's customers; free mail belongs to nobody.
    """
    ours = Q(domain__in=domains)
    if supplier.registration_verified_at and supplier.registration_number:
        ours |= Q(tax_number=bare_number(supplier.registration_number))
    records = VendorRecord.objects.filter(ours)
    return records.filter(customer__is_listed=True, customer__takes_requests=True)


def suggest(membership, now):
    """Suggestions for a member, by customer name, at most MOST: only customers that can be asked now, none dismissed."""
    supplier = membership.supplier
    domains = supplier.verified_domains()
    dismissed = Dismissal.objects.filter(supplier=supplier).values("customer")
    records = matching(supplier, domains).exclude(customer__in=dismissed).select_related("customer")
    found = {}
    for record in records.order_by("customer__name", "customer", "pk")[:READ]:
        found.setdefault(record.customer, _reason(record, domains))
    for customer in _out_of_reach(membership, found, now):
        del found[customer]
    return [Suggestion(customer, reason) for customer, reason in list(found.items())[:MOST]]


def suggested(membership, customer, now):
    """The live suggestion of this one customer, None without one."""
    return next((one for one in suggest(membership, now) if one.customer == customer), None)


def _out_of_reach(membership, customers, now):
    """Those of `customers` that this supplier can't ask now, or that this member does not see."""
    supplier = membership.supplier
    if supplier.is_suspended:
        return list(customers)
    profiles = supplier.profiles.filter(customer__in=customers).select_related("customer")
    visible = set(profiles.visible_to(membership).values_list("pk", flat=True))
    asked = ConnectionRequest.objects.filter(profile__in=profiles).with_history().order_by("created_at")
    newest = {request.profile_id: request for request in asked}
    return [
        profile.customer
        for profile in profiles
        if profile.pk not in visible or ConnectionRequest.refusal(profile, newest.get(profile.pk), now)
    ]


def _reason(record, domains):
    if record.domain in domains:
        return _("Their vendor list has %(email)s") % {"email": record.email}
    return _("Their vendor list has your registration number")
