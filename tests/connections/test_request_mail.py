"""The mail about a request: its way, its readers, and what the worker does by the clock."""

from datetime import timedelta

import pytest

from accounts.models import AuditEntry, Notification
from connections.jobs import expire_requests, remind_contacts
from connections.models import ConnectionRequest, request_contacts
from core.models import Mail
from core.states import AlreadyDecided
from customers.members import limit_to
from customers.models import Mute
from tests.builders import make_customer, make_request, make_supplier
from tests.fixtures_mail import written_to


def link_of(request):
    return request.links().get()


def test_a_known_contact_is_written_to(ada_at_acme, organon):
    make_request(ada_at_acme, organon, contact="Maria@Organon.example")
    assert written_to() == ["maria@organon.example"]


def test_a_contact_that_gets_no_requests_is_known_all_the_same(ada_at_acme, organon):
    organon.contacts.create(email="otto@elsewhere.example", gets_requests=False)
    make_request(ada_at_acme, organon, contact="otto@elsewhere.example")
    assert written_to() == ["otto@elsewhere.example"]


def test_an_address_in_the_customers_domain_is_written_to(ada_at_acme, organon):
    make_request(ada_at_acme, organon, contact="new@mail.organon.example")
    assert written_to() == ["new@mail.organon.example"]


def test_a_stranger_is_never_written_to_but_the_customers_own_contacts_are(ada_at_acme, organon):
    request = make_request(ada_at_acme, organon, contact="victim@elsewhere.example")
    assert written_to() == ["maria@organon.example"]
    assert request.contact_email == "victim@elsewhere.example"


def test_a_contact_that_gets_no_requests_is_not_written_to_in_place_of_a_stranger(
    ada_at_acme, organon
):
    organon.contacts.create(email="otto@organon.example", gets_requests=False)
    make_request(ada_at_acme, organon, contact="victim@elsewhere.example")
    assert written_to() == ["maria@organon.example"]


def test_without_any_contact_it_waits_in_the_operators_queue(ada_at_acme):
    request = make_request(ada_at_acme, make_customer("Nobody AB"), contact="who@elsewhere.example")
    request.refresh_from_db()
    assert request.no_known_contact
    assert written_to() == []
    assert request.status == "pending"


def test_a_muted_contact_counts_as_unknown(ada_at_acme, organon):
    Mute.objects.create(address="maria@organon.example", supplier=ada_at_acme.supplier)
    request = make_request(ada_at_acme, organon, contact="maria@organon.example")
    request.refresh_from_db()
    assert written_to() == []
    assert request.no_known_contact


def test_a_mail_that_fails_for_good_leads_to_the_customers_own_contacts(ada_at_acme, organon, now):
    request = make_request(ada_at_acme, organon, contact="gone@organon.example", now=now)
    request_contacts.reroute(request, "gone@organon.example", now=now)
    assert written_to() == ["gone@organon.example", "maria@organon.example"]


def test_a_mail_that_fails_after_the_answer_leads_to_nobody(ada_at_acme, organon, now):
    request = make_request(ada_at_acme, organon, contact="gone@organon.example", now=now)
    ConnectionRequest.objects.get(pk=request.pk).withdraw(now=now, actor=ada_at_acme.user)
    request_contacts.reroute(request, "gone@organon.example", now=now)
    assert written_to() == ["gone@organon.example"]


def test_contacts_are_written_to_in_the_order_of_their_addresses(ada_at_acme, now):
    customer = make_customer("Mirae")
    for address, name in (
        ("b@mirae.example", "Ann"),
        ("a@mirae.example", "Zoe"),
        ("c@mirae.example", "Bea"),
    ):
        customer.contacts.create(email=address, name=name)
    make_request(ada_at_acme, customer, now=now)
    assert list(Mail.objects.order_by("created_at").values_list("to", flat=True)) == [
        f"{letter}@mirae.example" for letter in "abc"
    ]


def test_muting_twice_is_kept_once(ada_at_acme, organon, now):
    request = make_request(ada_at_acme, organon)
    link = request.links().get()
    request_contacts.mute(request, now=now, link=link)
    request_contacts.mute(request, now=now, link=link)
    assert AuditEntry.objects.filter(kind="address_muted").count() == 1


def test_a_member_limited_to_some_customers_sees_the_request_they_sent(
    mia_at_acme, organon, ada, now
):
    limit_to(mia_at_acme, [], now=now, actor=ada)
    request = make_request(mia_at_acme, organon, now=now)
    assert list(ConnectionRequest.objects.visible_to(mia_at_acme)) == [request]


def test_the_fifty_first_mail_of_a_day_waits_for_tomorrow(ada_at_acme, organon, settings, now):
    settings.PORTAL_MAILS_A_DAY = 1
    make_request(ada_at_acme, organon, now=now)
    other = make_supplier("Other").memberships.select_related("supplier", "user").get()
    make_request(other, organon, now=now)
    waits = Mail.objects.order_by("created_at").values_list("not_before", flat=True)
    assert waits[0] is None
    assert waits[1] > now


def test_the_operator_adds_a_contact_and_sends(ada_at_acme, operator, now):
    customer = make_customer("Nobody AB")
    request = make_request(ada_at_acme, customer)
    request_contacts.add_contact(request, "Found@nobody.example", now=now, actor=operator)
    request.refresh_from_db()
    assert written_to() == ["found@nobody.example"]
    assert not request.no_known_contact
    assert customer.contacts.get().email == "found@nobody.example"


def test_the_operator_sends_nothing_that_was_decided_meanwhile(ada_at_acme, operator, now):
    customer = make_customer("Nobody AB")
    request = make_request(ada_at_acme, customer, now=now)
    ConnectionRequest.objects.get(pk=request.pk).withdraw(now=now, actor=ada_at_acme.user)
    with pytest.raises(AlreadyDecided):
        request_contacts.add_contact(request, "found@nobody.example", now=now, actor=operator)
    assert written_to() == []
    assert not customer.contacts.exists()


# Who learns what


def test_acceptance_rings_every_bell_and_mails_requester_and_admins(
    ada_at_acme, mia_at_acme, vic_at_acme, organon, now
):
    make_request(mia_at_acme, organon, now=now).accept(now=now)
    assert Notification.objects.filter(kind="request_accepted").count() == 3
    assert written_to("request_accepted") == ["ada@acme.example", "mia@acme.example"]


def test_who_does_not_see_the_customer_hears_nothing(ada_at_acme, vic_at_acme, organon, now):
    vic_at_acme.sees_all_customers = False
    vic_at_acme.save(update_fields=["sees_all_customers"])
    make_request(ada_at_acme, organon, now=now).accept(now=now)
    assert list(Notification.objects.values_list("user", flat=True)) == [ada_at_acme.user.pk]


def test_a_requester_who_has_left_is_not_mailed(mia_at_acme, ada, organon, now):
    request = make_request(mia_at_acme, organon, now=now)
    mia_at_acme.deactivate(now=now, actor=ada)
    request.accept(now=now)
    assert written_to("request_accepted") == ["ada@acme.example"]


def test_of_a_decline_only_those_who_were_asked_are_told(ada_at_acme, organon, now):
    request = make_request(ada_at_acme, organon, contact="maria@organon.example", now=now)
    organon.contacts.create(email="two@organon.example")
    request.decline("other", now=now, link=link_of(request))
    assert written_to("request_declined_contact") == ["maria@organon.example"]


@pytest.mark.parametrize("decide", ["accept", "decline"])
def test_who_asked_for_silence_is_not_told_of_the_decision(decide, ada_at_acme, organon, now):
    request = make_request(ada_at_acme, organon, now=now)
    request_contacts.mute(request, now=now, link=link_of(request))
    request.accept(now=now) if decide == "accept" else request.decline("other", now=now)
    assert not Mail.objects.filter(name__endswith="_contact").exists()


def test_other_contacts_are_told_who_accepted_with_a_way_to_say_not_us(ada_at_acme, organon, now):
    request = make_request(ada_at_acme, organon, contact="maria@organon.example", now=now)
    organon.contacts.create(email="two@organon.example", language="en")
    request.accept(now=now, link=link_of(request))
    told = Mail.objects.get(name="request_accepted_contact", to="two@organon.example")
    assert "maria@organon.example" in told.text
    assert "/n/" in told.text
    assert (
        "/n/"
        not in Mail.objects.get(name="request_accepted_contact", to="maria@organon.example").text
    )


def test_withdrawn_and_expired_write_to_nobody_at_the_customer(ada_at_acme, organon, now):
    make_request(ada_at_acme, organon, now=now).withdraw(now=now, actor=ada_at_acme.user)
    make_request(ada_at_acme, organon, days_ago=31).expire(now=now)
    assert not Mail.objects.filter(name__endswith="_contact").exists()


def test_the_message_never_stands_in_a_mail(ada_at_acme, organon):
    request = make_request(ada_at_acme, organon, message="pay at evil.example now")
    mail = Mail.objects.get(name="request_received")
    assert request.message not in mail.text + mail.html + mail.subject


def test_what_is_for_the_operator_does_not_show_in_the_suppliers_timeline(ada_at_acme, organon):
    request = make_request(ada_at_acme, organon, contact="victim@elsewhere.example")
    kinds = AuditEntry.objects.about(request).values_list("kind", "audience")
    assert set(kinds) == {("request_sent", "supplier"), ("request_routed", "operator")}
    shown = (
        AuditEntry.objects.about(request)
        .for_supplier(request.supplier)
        .values_list("kind", flat=True)
    )
    assert list(shown) == ["request_sent"]


def test_what_contacts_and_their_mail_do_is_not_in_the_suppliers_timeline(
    ada_at_acme, organon, now
):
    request = make_request(ada_at_acme, organon, contact="maria@organon.example", now=now)
    link = link_of(request)
    request_contacts.forward(request, "john@organon.example", now=now, link=link)
    request_contacts.mute(request, now=now, link=link)
    request_contacts.reroute(request, "john@organon.example", now=now)
    story = AuditEntry.objects.about(request)
    assert {"request_forwarded", "address_muted", "request_mail_failed"} < set(
        story.values_list("kind", flat=True)
    )
    assert [entry.kind for entry in story.for_supplier(request.supplier)] == ["request_sent"]


# The worker


def test_the_worker_expires_what_is_overdue(ada_at_acme, organon):
    make_request(ada_at_acme, organon, days_ago=31)
    expire_requests.func(timestamp=0)
    expire_requests.func(timestamp=0)
    assert ConnectionRequest.objects.get().status == "expired"
    assert written_to("request_expired") == ["ada@acme.example"]


@pytest.mark.parametrize(("days", "reminders"), [(6, 0), (7, 1), (20, 1), (21, 2)])
def test_contacts_are_reminded_after_7_and_21_days(days, reminders, ada_at_acme, organon, now):
    make_request(ada_at_acme, organon, now=now - timedelta(days=days, minutes=1))
    for _hour in range(3):
        remind_contacts.func(timestamp=0)
    assert len(written_to("request_reminder")) == reminders


def test_without_reminder_days_nobody_is_reminded(ada_at_acme, organon, settings):
    settings.PORTAL_REMINDER_DAYS = []
    make_request(ada_at_acme, organon, days_ago=8)
    remind_contacts.func(timestamp=0)
    assert written_to("request_reminder") == []


def test_a_muted_contact_is_not_reminded(ada_at_acme, organon, now):
    request = make_request(ada_at_acme, organon, days_ago=8)
    request_contacts.mute(request, now=now, link=link_of(request))
    remind_contacts.func(timestamp=0)
    assert written_to("request_reminder") == []


def test_whose_link_is_dead_is_not_reminded(ada_at_acme, organon, now):
    request = make_request(ada_at_acme, organon, contact="gone@organon.example", days_ago=8)
    request_contacts.reroute(request, "gone@organon.example", now=now)
    remind_contacts.func(timestamp=0)
    assert written_to("request_reminder") == ["maria@organon.example"]


def test_a_suspended_suppliers_contacts_are_reminded_once_it_is_lifted(
    ada_at_acme, organon, operator, now
):
    make_request(ada_at_acme, organon, days_ago=8)
    ada_at_acme.supplier.suspend("test", now=now)
    remind_contacts.func(timestamp=0)
    assert written_to("request_reminder") == []
    ada_at_acme.supplier.lift_suspension("checked", now=now, actor=operator)
    remind_contacts.func(timestamp=0)
    assert written_to("request_reminder") == ["maria@organon.example"]


def test_a_reminder_takes_a_place_of_the_contacts_day(
    ada_at_acme, rob_at_rival, organon, settings, now
):
    settings.PORTAL_MAILS_A_DAY = 1
    make_request(ada_at_acme, organon, days_ago=8)
    make_request(rob_at_rival, organon, now=now)
    remind_contacts.func(timestamp=0)
    assert Mail.objects.get(name="request_reminder").not_before > now
