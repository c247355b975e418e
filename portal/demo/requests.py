"""Connection requests of the demo: in every state for ACME, a month of work for the others."""

from django.db.models import F

from accounts.models import Notification
from connections.models import request_contacts, request_sending
from customers.models import Customer, CustomerProfile
from portal.demo.month import Month


def send_those_of_acme(month: Month) -> None:
    for name, days, comment in (
        ("Organon", 30, "환영합니다."),
        ("Nordhavn Logistics", 25, ""),
        ("Mirae Display", 21, ""),
    ):
        asked = _ask(month, month.ada, name, days)
        asked.accept(now=month.ago(days - 1), comment=comment, link=month.newest_link())
    ended = _ask(month, month.ada, "Borealis Paper AB", 33)
    ended.accept(now=month.ago(32), link=month.newest_link())
    ended.profile.end("납품 계약이 끝났습니다.", now=month.ago(10), actor=month.ada.user)
    declined = _ask(month, month.mia, "Tarim Retail", 7)
    declined.decline(
        "other_channel",
        now=month.ago(6),
        comment="Borealis Paper를 통해 구매합니다.",
        link=month.newest_link(),
    )
    _ask(month, month.mia, "Kaya Motors", 36).expire(now=month.ago(5))
    withdrawn = _ask(month, month.ada, "Hanbit Foods", 12)
    withdrawn.withdraw(now=month.ago(11), actor=month.ada.user)
    waiting = _ask(
        month,
        month.mia,
        "Seorin Chemical",
        8,
        message="인천 공장에 포장재를 납품하고 있습니다. 발주번호 4500-11873.",
    )
    request_contacts.remind(waiting, now=month.ago(1))
    # The bell shall show the news of the last weeks only; profiles are as old as their connection.
    Notification.objects.filter(created_at__lt=month.ago(20)).update(read_at=month.ago(15))
    CustomerProfile.objects.exclude(connected_at=None).update(created_at=F("connected_at"))


def send_those_of_others(month: Month) -> None:
    admins = [
        member
        for email, member in month.members.items()
        if member.role == "admin" and "acme" not in email
    ]
    by_website = sorted(month.customers.values(), key=lambda customer: customer.website)
    with_contact = [customer for customer in by_website if customer.contacts.exists()]
    with_nobody = [customer for customer in by_website if not customer.contacts.exists()]
    for place, member in enumerate(admins):
        # Past the first twenty, seven apart: no two suppliers ask the same customer.
        first = 20 + place * 7
        connected, waiting, fresh = with_contact[first : first + 3]
        asked = _ask_any(month, member, connected, 24)
        request_contacts.remind(asked, now=month.ago(17))
        asked.accept(now=month.ago(22), link=month.newest_link())
        request_contacts.remind(_ask_any(month, member, waiting, 14), now=month.ago(7))
        _ask_any(month, member, fresh, 3)
    for place, member in enumerate(admins[:4]):
        _ask_any(month, member, with_nobody[place], 2 + place)
    month.suppliers["pacific"].suspend("두 고객이 모르는 회사라고 알려 왔습니다.", now=month.ago(2))


def send_a_fresh_request(month: Month) -> None:
    # Its mail lands in the mail folder, so that its link can be tried.
    rival = month.members["admin@rival.example"]
    _ask(month, rival, "Coupa Software Incorporated", 0)


def _ask_any(month, member, customer, days):
    # The customer may take no requests; for this request it does.
    Customer.objects.filter(pk=customer.pk).update(takes_requests=True)
    customer.takes_requests = True
    return _ask(month, member, customer.name, days)


def _ask(month, member, name, days, message=""):
    customer = month.customers[name]
    contact = customer.contacts.first()
    return request_sending.send(
        member,
        customer,
        contact=contact.email if contact else f"office@{customer.domains.first()}",
        message=message,
        origin="attempt",
        origin_id=None,
        now=month.ago(days),
    )
