from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import AuditEntry, Notification, Preference
from accounts.models.notifications import send_digest
from connections import routing
from connections.jobs import expire_requests, remind_contacts
from connections.models import CannotRequest, ConnectionRequest, Mute, Report
from connections.models.requests import Refusal
from customers.models import CustomerProfile
from portal.models import Link, Mail
from portal.states import AlreadyDecided
from tests.builders import connect, make_customer, make_request, make_supplier


def refusal(membership, customer, **options):
    with pytest.raises(CannotRequest) as refused:
        make_request(membership, customer, **options)
    return refused.value.code


def written_to(name="request_received"):
    return sorted(Mail.objects.filter(name=name).values_list("to", flat=True))


def link_of(request):
    return Link.objects.of("request", request.pk).get()


# Where the mail goes


def test_a_known_contact_is_written_to(ada_at_acme, organon):
    make_request(ada_at_acme, organon, contact="Maria@Organon.example")
    assert written_to() == ["maria@organon.example"]


def test_an_address_in_the_customers_domain_is_written_to(ada_at_acme, organon):
    make_request(ada_at_acme, organon, contact="new@mail.organon.example")
    assert written_to() == ["new@mail.organon.example"]


def test_a_stranger_is_never_written_to_but_the_customers_own_contacts_are(ada_at_acme, organon):
    request = make_request(ada_at_acme, organon, contact="victim@elsewhere.example")
    assert written_to() == ["maria@organon.example"]
    assert request.contact_email == "victim@elsewhere.example"


def test_without_any_contact_it_waits_in_the_operators_queue(ada_at_acme):
    request = make_request(ada_at_acme, make_customer("Nobody AB"), contact="who@elsewhere.example")
    request.refresh_from_db()
    assert (request.no_known_contact, written_to(), request.status) == (True, [], "pending")


def test_a_muted_contact_counts_as_unknown(ada_at_acme, organon):
    Mute.objects.create(address="maria@organon.example", supplier=ada_at_acme.supplier)
    request = make_request(ada_at_acme, organon, contact="maria@organon.example")
    request.refresh_from_db()
    assert (written_to(), request.no_known_contact) == ([], True)


def test_muting_twice_is_kept_once(ada_at_acme, organon, now):
    request = make_request(ada_at_acme, organon)
    link = request.links().get()
    request.mute(now=now, link=link)
    request.mute(now=now, link=link)
    assert AuditEntry.objects.filter(kind="address_muted").count() == 1


def test_a_member_limited_to_some_customers_sees_the_request_they_sent(mia_at_acme, organon, ada, now):
    mia_at_acme.limit_to([], now=now, actor=ada)
    request = make_request(mia_at_acme, organon, now=now)
    assert list(ConnectionRequest.objects.visible_to(mia_at_acme)) == [request]


def test_the_fifty_first_mail_of_a_day_waits_for_tomorrow(ada_at_acme, organon, settings, now):
    settings.PORTAL_MAILS_A_DAY = 1
    make_request(ada_at_acme, organon, now=now)
    other = make_supplier("Other").memberships.select_related("supplier", "user").get()
    make_request(other, organon, now=now)
    waits = Mail.objects.order_by("created_at").values_list("not_before", flat=True)
    assert (waits[0], waits[1] > now) == (None, True)


def test_the_operator_adds_a_contact_and_sends(ada_at_acme, operator, now):
    customer = make_customer("Nobody AB")
    request = make_request(ada_at_acme, customer)
    request.send_to("Found@nobody.example", now=now, actor=operator)
    request.refresh_from_db()
    assert (written_to(), request.no_known_contact) == (["found@nobody.example"], False)
    assert customer.contacts.get().email == "found@nobody.example"


# Who may ask when


def test_a_second_request_while_one_waits_names_the_first(ada_at_acme, mia_at_acme, organon):
    first = make_request(ada_at_acme, organon)
    with pytest.raises(CannotRequest) as refused:
        make_request(mia_at_acme, organon)
    assert (refused.value.code, refused.value.request) == (Refusal.PENDING, first)


def test_the_database_itself_refuses_a_second_pending_request(ada_at_acme, organon):
    first = make_request(ada_at_acme, organon)
    first.pk = None
    with pytest.raises(IntegrityError, match="one_pending_request"), transaction.atomic():
        ConnectionRequest.objects.bulk_create([ConnectionRequest(**fields_of(first))])


def fields_of(request):
    names = [field.attname for field in request._meta.concrete_fields if field.name != "id"]
    return {name: getattr(request, name) for name in names}


def test_three_requests_in_all_and_one_more_by_the_operator(ada_at_acme, organon, now):
    for days in (50, 45, 40):
        make_request(ada_at_acme, organon, days_ago=days).withdraw(
            now=now - timedelta(days=days), actor=ada_at_acme.user
        )
    assert refusal(ada_at_acme, organon) == Refusal.TOO_MANY
    CustomerProfile.objects.update(extra_requests=1)
    assert make_request(ada_at_acme, organon).status == "pending"


def test_after_a_decline_it_takes_thirty_days(ada_at_acme, organon, now):
    make_request(ada_at_acme, organon, now=now).decline("other", now=now)
    assert refusal(ada_at_acme, organon, now=now + timedelta(days=29)) == Refusal.DECLINED
    assert make_request(ada_at_acme, organon, now=now + timedelta(days=30, minutes=1)).status == "pending"


def test_an_overdue_request_makes_room_before_the_worker_has_run(ada_at_acme, organon, now):
    old = make_request(ada_at_acme, organon, days_ago=31)
    assert make_request(ada_at_acme, organon, now=now).status == "pending"
    old.refresh_from_db()
    assert old.status == "expired"


def test_ten_requests_a_day_and_supplier(ada_at_acme, mia_at_acme, organon, settings):
    settings.PORTAL_REQUESTS_A_DAY = 1
    make_request(ada_at_acme, organon)
    other = make_customer("Other Inc.")
    assert refusal(mia_at_acme, other) == Refusal.DAILY
    assert not CustomerProfile.objects.filter(customer=other).exists()


def test_no_request_where_connected(ada_at_acme, organon):
    connect(ada_at_acme, organon)
    assert refusal(ada_at_acme, organon) == Refusal.CONNECTED


def test_no_request_where_the_customer_takes_none(ada_at_acme):
    assert refusal(ada_at_acme, make_customer("Shy AB", takes_requests=False)) == Refusal.INVITATION_ONLY


def test_no_request_of_a_suspended_supplier(ada_at_acme, organon, now):
    ada_at_acme.supplier.suspend("test", now=now)
    assert refusal(ada_at_acme, organon) == Refusal.SUSPENDED


def test_ending_a_connection_starts_the_count_anew(ada_at_acme, organon, now):
    profile = connect(ada_at_acme, organon, now=now - timedelta(days=9))
    profile.end("over", now=now - timedelta(days=8), actor=ada_at_acme.user)
    for days in (7, 6, 5):
        make_request(ada_at_acme, organon, days_ago=days).withdraw(
            now=now - timedelta(days=days), actor=ada_at_acme.user
        )
    assert refusal(ada_at_acme, organon) == Refusal.TOO_MANY


# Deciding: the state table


DECISIONS = {
    "accepted": lambda request, now, user: request.accept(now=now, actor=user),
    "declined": lambda request, now, user: request.decline("other", now=now, actor=user),
    "withdrawn": lambda request, now, user: request.withdraw(now=now, actor=user),
}


@pytest.mark.parametrize("status", DECISIONS)
def test_a_pending_request_is_decided_once(status, ada_at_acme, organon, now):
    request = make_request(ada_at_acme, organon, now=now)
    DECISIONS[status](request, now, ada_at_acme.user)
    for decide in DECISIONS.values():
        with pytest.raises(AlreadyDecided):
            decide(request, now, ada_at_acme.user)
    request.refresh_from_db()
    assert request.status == status


@pytest.mark.parametrize("status", DECISIONS)
def test_an_overdue_request_can_only_expire(status, ada_at_acme, organon, now):
    request = make_request(ada_at_acme, organon, days_ago=31)
    with pytest.raises(AlreadyDecided):
        DECISIONS[status](request, now, ada_at_acme.user)
    request.expire(now=now)
    request.refresh_from_db()
    assert request.status == "expired"


def test_a_request_in_time_does_not_expire(ada_at_acme, organon, now):
    with pytest.raises(AlreadyDecided):
        make_request(ada_at_acme, organon, now=now).expire(now=now)


STAGES = {"accepted": "connected", "declined": "dropped", "withdrawn": "dropped"}


@pytest.mark.parametrize("status", STAGES)
def test_the_profile_follows_in_the_same_step(status, ada_at_acme, organon, now):
    request = make_request(ada_at_acme, organon, now=now)
    assert CustomerProfile.objects.get().stage == "requested"
    DECISIONS[status](request, now, ada_at_acme.user)
    assert CustomerProfile.objects.get().stage == STAGES[status]


def test_a_declined_request_after_a_connection_falls_back_to_ended(ada_at_acme, organon, now):
    connect(ada_at_acme, organon, now=now).end("over", now=now, actor=ada_at_acme.user)
    make_request(ada_at_acme, organon, now=now).decline("other", now=now)
    assert CustomerProfile.objects.get().stage == "ended"


def test_all_links_die_with_the_decision_and_the_row_says_whose_decided(ada_at_acme, organon, now):
    organon.contacts.create(email="two@organon.example")
    request = make_request(ada_at_acme, organon, now=now)
    mine = Link.objects.of("request", request.pk).get(address="two@organon.example")
    request.accept(now=now, link=mine)
    conditions = {link.address: link.condition(now) for link in Link.objects.of("request", request.pk)}
    assert conditions == {"two@organon.example": "used", "maria@organon.example": "revoked"}
    request.refresh_from_db()
    assert request.decided_link == mine


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


def test_other_contacts_are_told_who_accepted_with_a_way_to_say_not_us(ada_at_acme, organon, now):
    request = make_request(ada_at_acme, organon, contact="maria@organon.example", now=now)
    organon.contacts.create(email="two@organon.example", language="en")
    request.accept(now=now, link=link_of(request))
    told = Mail.objects.get(name="request_accepted_contact", to="two@organon.example")
    assert "maria@organon.example" in told.text
    assert "/n/" in told.text
    assert "/n/" not in Mail.objects.get(name="request_accepted_contact", to="maria@organon.example").text


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
    shown = AuditEntry.objects.about(request).for_supplier().values_list("kind", flat=True)
    assert list(shown) == ["request_sent"]


# Reports


def test_three_reports_of_different_customers_suspend_the_supplier(ada_at_acme, now):
    for number in range(3):
        customer = make_customer(f"Customer {number}", contacts=[f"a@c{number}.example"])
        request = make_request(ada_at_acme, customer, now=now)
        ada_at_acme.supplier.refresh_from_db()
        assert not ada_at_acme.supplier.is_suspended
        request.report(now=now, link=link_of(request))
    ada_at_acme.supplier.refresh_from_db()
    assert ada_at_acme.supplier.is_suspended
    assert ada_at_acme.supplier.suspended_because == "여러 고객이 모르는 회사라고 신고했어요."
    assert written_to("supplier_suspended") == ["ada@acme.example"]


def test_a_report_shows_as_declined(ada_at_acme, organon, now):
    request = make_request(ada_at_acme, organon, now=now)
    request.report(now=now, link=link_of(request))
    request.refresh_from_db()
    assert (request.status, Report.objects.get().kind) == ("declined", "unknown_company")


def test_lifting_makes_older_reports_not_count(ada_at_acme, operator, now):
    for number in range(3):
        request = make_request(ada_at_acme, make_customer(f"C {number}", contacts=[f"a@c{number}.example"]), now=now)
        request.report(now=now, link=link_of(request))
        ada_at_acme.supplier.refresh_from_db()
    later = now + timedelta(hours=1)
    ada_at_acme.supplier.lift_suspension("checked", now=later, actor=operator)
    request = make_request(ada_at_acme, make_customer("C 9", contacts=["a@c9.example"]), now=later)
    request.report(now=later, link=link_of(request))
    ada_at_acme.supplier.refresh_from_db()
    assert not ada_at_acme.supplier.is_suspended


@pytest.mark.parametrize("way", ["", "now", "digest"])
def test_a_suspended_suppliers_requests_stay_decidable_but_nobody_is_mailed(way, ada_at_acme, organon, now):
    if way:
        Preference.objects.create(user=ada_at_acme.user, kind="request_accepted", way=way)
    request = make_request(ada_at_acme, organon, now=now)
    ada_at_acme.supplier.suspend("test", now=now)
    before = Mail.objects.count()
    ConnectionRequest.objects.get(pk=request.pk).accept(now=now)
    send_digest(ada_at_acme.user, now=now)
    assert Mail.objects.count() == before
    assert CustomerProfile.objects.get().stage == "connected"
    assert Notification.objects.get().kind == "request_accepted"


def test_mail_that_fails_during_a_suspension_leaves_the_request_in_the_operators_queue(
    ada_at_acme, organon, operator, now
):
    request = make_request(ada_at_acme, organon, contact="gone@organon.example", now=now)
    request.supplier.suspend("test", now=now)
    routing.failed(request, "gone@organon.example", now)
    request.refresh_from_db()
    assert request.no_known_contact
    assert AuditEntry.objects.filter(kind="request_routed").first().data["to"] == []
    with pytest.raises(CannotRequest):
        request.send_to("maria@organon.example", now=now, actor=operator)
    request.supplier.lift_suspension("checked", now=now, actor=operator)
    request.send_to("maria@organon.example", now=now, actor=operator)
    assert request.links().live(now).get().address == "maria@organon.example"


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


def test_a_muted_contact_is_not_reminded(ada_at_acme, organon, now):
    request = make_request(ada_at_acme, organon, days_ago=8)
    request.mute(now=now, link=link_of(request))
    remind_contacts.func(timestamp=0)
    assert written_to("request_reminder") == []


# Races


def at_once(*deeds):
    """Do all at the same moment; how many succeeded."""

    def do(deed):
        try:
            deed()
            return 1
        except (AlreadyDecided, CannotRequest):
            return 0
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        return sum(pool.map(do, deeds))


@pytest.mark.django_db(transaction=True)
def test_thirty_two_equal_requests_make_one(ada_at_acme, organon, empty_queue):
    assert at_once(*[lambda: make_request(ada_at_acme, organon)] * 32) == 1
    assert ConnectionRequest.objects.count() == 1
    assert written_to() == ["maria@organon.example"]


@pytest.mark.django_db(transaction=True)
def test_accept_decline_and_withdraw_at_once_have_one_winner(ada_at_acme, organon, empty_queue):
    request = make_request(ada_at_acme, organon)
    now = timezone.now()

    def deed(decide):
        return lambda: decide(ConnectionRequest.objects.get(pk=request.pk), now, ada_at_acme.user)

    assert at_once(*[deed(decide) for decide in DECISIONS.values()] * 5) == 1
    request.refresh_from_db()
    assert CustomerProfile.objects.get().stage == STAGES[request.status]


@pytest.mark.django_db(transaction=True)
def test_expiry_and_acceptance_around_the_deadline_have_one_winner(ada_at_acme, organon, empty_queue):
    request = make_request(ada_at_acme, organon)
    edge = request.expires_at

    def fresh():
        return ConnectionRequest.objects.get(pk=request.pk)

    early, late = edge - timedelta(seconds=1), edge
    assert at_once(*[lambda: fresh().accept(now=early), lambda: fresh().expire(now=late)] * 8) == 1
    request.refresh_from_db()
    assert CustomerProfile.objects.get().stage == ("connected" if request.status == "accepted" else "dropped")
