"""Who is written to about a request, and who is told what became of it.

An address that the supplier typed gets mail only when the customer knows it; otherwise the customer's own contacts are told,
or the operator's queue. The supplier sees no difference, so the portal mails no strangers and tells nobody who works where.
"""

from datetime import timedelta

from accounts.models import AuditEntry, Letter, notify
from core import mail
from core.models import DailyCount, Link
from customers.models import Mute

NOT_US_DAYS = 30


def send_first(request, now):
    """Route a new request: to the typed contact when known, else to the customer's contacts, else to the queue."""
    typed = request.contact_email
    if typed and request.customer.knows(typed) and not _muted(request, [typed]):
        send_to(request, [typed], now)
    else:
        to_own_contacts(request, now)


def to_own_contacts(request, now, except_for=()):
    """Write to the customer's request contacts that were not written to yet; without any, flag it for the operator.

    A suspended supplier's request is written to nobody: left without a live link it waits in the operator's queue.
    """
    contacts = request.customer.contacts.getting_requests().values_list("email", flat=True)
    muted = _muted(request, contacts)
    targets = [
        address for address in contacts if address not in muted and address not in except_for
    ]
    if request.supplier.is_suspended:
        targets = []
    if targets:
        send_to(request, targets, now)
    elif not request.links().live(now).exists():
        request.flag_no_known_contact(now)
    request.record("request_routed", now, audience=AuditEntry.OPERATOR, to=targets)


def remind(request, now):
    """Remind everybody who has a live link and did not ask for silence."""
    addresses = set(request.links().live(now).values_list("address", flat=True))
    send_to(request, addresses - _muted(request, addresses), now, name="request_reminder")


def send_to(request, addresses, now, name="request_received"):
    """Mail each address its own link to the request; nothing while the supplier is suspended."""
    if request.supplier.is_suspended:
        return
    for address in sorted(
        addresses
    ):  # always in that order: each takes a place of its day, and two wait for each other else
        link, token = Link.issue("request", request.pk, address, request.expires_at)
        _mail_contact(
            request,
            name,
            address,
            now,
            link=link,
            token=token,
            on_failure="connections.jobs.reroute",
        )


def announce_decision(request, now):
    """Tell both sides: each addressee of the request, on acceptance the customer's other contacts, and the supplier."""
    tell_customer(request, now)
    tell_supplier(request, now)


def tell_customer(request, now, *, by_invitation=False):
    """Write to each addressee, on acceptance also to the customer's other contacts; nothing while the supplier is suspended."""
    if request.supplier.is_suspended:
        return
    addressees = set(request.links().values_list("address", flat=True))
    contacts = set()
    if request.is_accepted:
        contacts = set(request.customer.contacts.getting_requests().values_list("email", flat=True))
    decider = request.decided_link.address if request.decided_link else ""
    everybody = addressees | contacts
    for address in sorted(everybody - _muted(request, everybody)):
        link, token = None, ""
        if request.is_accepted and address != decider:
            link, token = Link.issue(
                "not_us", request.pk, address, now + timedelta(days=NOT_US_DAYS)
            )
        _mail_contact(
            request,
            f"request_{request.status}_contact",
            address,
            now,
            link=link,
            token=token,
            decider=decider,
            by_invitation=by_invitation,
        )


def tell_supplier(request, now):
    """Ring the bell of everybody who may see the customer; mail the requester, if still a member, and the admins.

    While the supplier is suspended nobody is mailed, at once or in a digest.
    """
    people = [membership.user for membership in request.profile.people()]
    kind, words = (
        f"request_{request.status}",
        {"customer": request.customer.name, "comment": request.comment},
    )
    admins = {membership.user for membership in request.supplier.admins()}
    letter = Letter(
        [user for user in people if user in admins or user == request.requested_by],
        {"request": request},
    )
    silent = request.supplier.is_suspended
    notify(
        request.supplier,
        kind,
        about=request,
        users=people,
        at=now,
        letter=letter,
        silent=silent,
        **words,
    )


def _mail_contact(request, name, address, now, *, link, token, **context):
    contact = request.customer.contacts.filter(email=address).select_related("customer").first()
    mail.send(
        name,
        address,
        contact.mail_language if contact else request.customer.mail_language,
        about=request,
        link=link,
        not_before=DailyCount.objects.mail_slot(address, now),
        valid_until=link.expires_at if link else None,
        request=request,
        contact=contact,
        token=token,
        **context,
    )


def _muted(request, addresses):
    return set(
        Mute.objects.filter(supplier=request.supplier, address__in=list(addresses)).values_list(
            "address", flat=True
        )
    )
