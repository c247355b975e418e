"""The contacts of a customer that a request reaches, and what they do besides deciding.

An address that the supplier typed gets mail only when the customer knows it; otherwise the portal
asks the customer's own contacts, or the operator. The supplier sees no difference, so the portal
mails no strangers and tells nobody who works where.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from accounts.models import AuditEntry, User
from connections.models import request_mail
from connections.models.choices import Reason
from connections.models.reports import Report, ReportKind
from connections.models.request_rules import CannotRequest, Refusal
from connections.models.requests import ConnectionRequest
from core.models import Link
from core.states import AlreadyDecided, transition
from customers.models import CustomerProfile, Mute

FORWARDS = 3  # colleagues to whom contacts may pass a request on


def send_first(asked: ConnectionRequest, now: datetime) -> None:
    """Mail a new request to the typed contact if known, otherwise to the customer's own."""
    typed = asked.contact_email
    if typed and asked.customer.knows(typed) and not request_mail.muted(asked, [typed]):
        request_mail.send_to(asked, [typed], now)
    else:
        _send_to_own_contacts(asked, now)


def _send_to_own_contacts(asked, now, except_for=()):
    contacts = asked.customer.contacts.getting_requests().values_list("email", flat=True)
    left_out = request_mail.muted(asked, contacts).union(except_for)
    # Nothing is mailed for a suspended supplier: its request waits in the operator's queue.
    is_silent = asked.supplier.is_suspended
    addresses = [] if is_silent else [address for address in contacts if address not in left_out]
    if addresses:
        request_mail.send_to(asked, addresses, now)
    elif not asked.links().live(now).exists():
        # Only while the request waits: after an answer it needs no operator.
        _row(asked).waiting(now).update(no_known_contact=True)
    asked.record("request_routed", now, audience=AuditEntry.OPERATOR, to=addresses)


def reroute(asked: ConnectionRequest, address: str, *, now: datetime) -> None:
    """Ask the customer's other contacts, since mail to an address failed for good."""
    with transaction.atomic():
        # An answer at this moment comes before or after, never between.
        CustomerProfile.locked(asked.supplier, asked.customer)
        asked.links().filter(address=address).revoke(now)
        asked.record("request_mail_failed", now, audience=AuditEntry.OPERATOR, to=[address])
        if _row(asked).waiting(now).exists():
            written_to = asked.links().values_list("address", flat=True)
            _send_to_own_contacts(asked, now, except_for=[address, *written_to])


def remind(asked: ConnectionRequest, *, now: datetime) -> None:
    """Write again to each contact with a live link, with a new link, once per reminder day."""
    with transaction.atomic():
        # The number of reminders is part of the condition: a second worker finds it changed, and
        # mails nobody.
        due = _row(asked).filter(reminders_sent=asked.reminders_sent).due_for_reminder(now)
        if due.update(reminders_sent=F("reminders_sent") + 1):
            addresses = set(asked.links().live(now).values_list("address", flat=True))
            wanted = addresses - request_mail.muted(asked, addresses)
            request_mail.send_to(asked, wanted, now, letter="request_reminder")


def add_contact(asked: ConnectionRequest, address: str, *, now: datetime, actor: User) -> None:
    """Add an operator's address to the customer's contacts and mail the request there.

    Raises AlreadyDecided when the request no longer waits. Raises CannotRequest, with nothing
    changed, while the supplier is suspended, for then no mail goes out, and for an address that
    wants no mail about the supplier.
    """
    address = address.lower()
    if asked.supplier.is_suspended:
        raise CannotRequest(Refusal.SUSPENDED)
    if request_mail.muted(asked, [address]):
        raise CannotRequest(Refusal.MUTED)
    with transaction.atomic():
        asked.customer.contacts.get_or_create(email=address)
        transition(_row(asked).waiting(now), no_known_contact=False)
        asked.record("request_routed", now, actor=actor, audience=AuditEntry.OPERATOR, to=[address])
        request_mail.send_to(asked, [address], now)


def forward(asked: ConnectionRequest, address: str, *, now: datetime, link: Link) -> None:
    """Pass the request on from the link's contact to a colleague, who gets their own link.

    The caller has checked that both addresses have the same company domain, and that the supplier
    is not suspended. Raises AlreadyDecided when the request is decided, when the colleague has a
    link or wants no mail about the supplier, or when FORWARDS colleagues have got the request.
    """
    with transaction.atomic():
        # Two contacts who pass it on at once: the second counts what the first has done.
        CustomerProfile.locked(asked.supplier, asked.customer)
        if not _row(asked).waiting(now).exists():
            raise AlreadyDecided
        written_to = set(asked.links().values_list("address", flat=True))
        passed_on = AuditEntry.objects.about(asked).filter(kind="request_forwarded").count()
        is_muted = address in request_mail.muted(asked, [address])
        if address in written_to or is_muted or passed_on >= FORWARDS:
            raise AlreadyDecided
        asked.record(
            "request_forwarded",
            now,
            address=link.address,
            audience=AuditEntry.OPERATOR,
            to=[address],
        )
        request_mail.send_to(asked, [address], now)


def report(asked: ConnectionRequest, *, now: datetime, link: Link) -> None:
    """Decline for a contact who does not know the company, and file a report against it."""
    with transaction.atomic():
        asked.decline(Reason.OTHER, now=now, link=link)
        Report.file(asked, ReportKind.UNKNOWN_COMPANY, link.address, now=now)


def mute(asked: ConnectionRequest, *, now: datetime, link: Link) -> None:
    """Write no more mail about this supplier to the link's contact."""
    with transaction.atomic():
        _mute, is_new = Mute.objects.get_or_create(
            address=link.address, supplier=asked.supplier, defaults={"at": now}
        )
        if is_new:
            asked.record("address_muted", now, address=link.address, audience=AuditEntry.OPERATOR)


def _row(asked):
    return ConnectionRequest.objects.filter(pk=asked.pk)
