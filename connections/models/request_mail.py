"""The letters about a request: to the contacts who may answer, and to both sides once decided.

They read the request and never change it. Nothing is mailed while the supplier is suspended.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from accounts.models import Letter, notify
from connections.models.choices import RequestStatus
from core import mail
from core.models import DailyCount, Link
from customers.models import Mute

NOT_US_DAYS = 30  # as long as a request waits, unless the settings change that


def send_to(asked, addresses: Iterable[str], now: datetime, letter="request_received") -> None:
    """Mail each address its own link to the request."""
    if asked.supplier.is_suspended:
        return
    # By address: each letter counts for the day of its address, and two transactions that count in
    # different orders would wait for each other.
    for address in sorted(addresses):
        link, token = Link.issue("request", asked.pk, address, asked.expires_at)
        _mail_contact(
            asked,
            letter,
            address,
            now,
            link=link,
            token=token,
            on_failure="connections.jobs.reroute",
        )


def announce_decision(asked, now: datetime) -> None:
    """Tell both sides what became of a request that was just decided."""
    tell_customer(asked, now)
    tell_supplier(asked, now)


def tell_customer(asked, now: datetime, *, by_invitation: bool = False) -> None:
    """Write to everybody who has a link; of an acceptance, to the customer's other contacts too."""
    if asked.supplier.is_suspended:
        return
    is_accepted = asked.status == RequestStatus.ACCEPTED
    addresses = set(Link.objects.of("request", asked.pk).values_list("address", flat=True))
    if is_accepted:
        contacts = asked.customer.contacts.getting_requests()
        addresses |= set(contacts.values_list("email", flat=True))
    decider = asked.decided_link.address if asked.decided_link else ""
    # In the order of the addresses, see send_to().
    for address in sorted(addresses - muted(asked, addresses)):
        link, token = None, ""
        if is_accepted and address != decider:
            # A colleague may know better than the decider: this link says 'That was not us'.
            until = now + timedelta(days=NOT_US_DAYS)
            link, token = Link.issue("not_us", asked.pk, address, until)
        _mail_contact(
            asked,
            f"request_{asked.status}_contact",
            address,
            now,
            link=link,
            token=token,
            decider=decider,
            by_invitation=by_invitation,
        )


def tell_supplier(asked, now: datetime) -> None:
    """Ring the bell of each member who may see the customer.

    The requester, if still a member, and the admins get a mail as well.
    """
    people = [membership.user for membership in asked.profile.people()]
    admins = {membership.user for membership in asked.supplier.admins()}
    mailed = [user for user in people if user in admins or user == asked.requested_by]
    notify(
        asked.supplier,
        f"request_{asked.status}",
        about=asked,
        users=people,
        at=now,
        letter=Letter(mailed, {"asked": asked}),
        silent=asked.supplier.is_suspended,
        customer=asked.customer.name,
        comment=asked.comment,
    )


def muted(asked, addresses: Iterable[str]) -> set[str]:
    """Return those of the addresses that want no mail about the supplier."""
    mutes = Mute.objects.filter(supplier=asked.supplier, address__in=list(addresses))
    return set(mutes.values_list("address", flat=True))


def _mail_contact(asked, letter, address, now, *, link, token, **context):
    contact = asked.customer.contacts.filter(email=address).select_related("customer").first()
    mail.send(
        letter,
        address,
        contact.mail_language if contact else asked.customer.mail_language,
        about=asked,
        link=link,
        not_before=DailyCount.objects.mail_slot(address, now),
        valid_until=link.expires_at if link else None,
        asked=asked,
        contact=contact,
        token=token,
        **context,
    )
