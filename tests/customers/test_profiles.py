from datetime import timedelta

import pytest
from django.urls import reverse

from core.models import Mail
from core.states import AlreadyDecided
from customers.models import CustomerProfile
from tests.builders import connect, make_customer, make_request


@pytest.fixture
def page(client_of, ada, acme):
    return lambda name, *args: (
        client_of(ada).get(reverse(f"customers:{name}", args=args)).content.decode()
    )


def test_a_connected_customer_that_asks_for_nothing_says_so(page, ada_at_acme, organon):
    profile = connect(ada_at_acme, organon)
    assert "Organon asks for nothing at the moment." in page("profile", profile.pk)


def test_without_customers_it_says_what_to_do(page):
    assert "No customers yet" in page("list")


def test_only_published_contacts_show_and_only_when_connected(page, ada_at_acme, organon):
    organon.contacts.create(email="desk@organon.example", name="Desk", is_published=True)
    request = make_request(ada_at_acme, organon)
    assert "desk@organon.example" not in page("profile", request.profile_id)
    request.accept(now=request.created_at)
    shown = page("profile", request.profile_id)
    assert "desk@organon.example" in shown
    assert "maria@organon.example" not in shown


def test_dropped_and_overdue_ones_are_not_listed(page, ada_at_acme, organon, now):
    make_request(ada_at_acme, organon, now=now).decline("other", now=now)
    make_request(ada_at_acme, make_customer("Late Ltd"), days_ago=31)
    listed = page("list")
    assert "Organon" not in listed
    assert "Late Ltd" not in listed


def test_an_overdue_request_after_a_connection_shows_as_ended(ada_at_acme, organon, now):
    profile = connect(ada_at_acme, organon, now=now)
    profile.end("over", now=now, actor=ada_at_acme.user)
    CustomerProfile.objects.update(stage="requested", waiting_until=now)
    assert [one.shown for one in CustomerProfile.objects.listed(now)] == ["ended"]


def test_an_overdue_request_beside_an_open_invitation_shows_as_invited(ada_at_acme, organon, now):
    make_request(ada_at_acme, organon, now=now)
    CustomerProfile.objects.update(waiting_until=now, invited_until=now + timedelta(days=1))
    assert [one.shown for one in CustomerProfile.objects.listed(now)] == ["invited"]


def test_a_limited_member_sees_only_theirs(ada_at_acme, vic_at_acme, organon, client_of):
    mine = connect(ada_at_acme, organon)
    vic_at_acme.sees_all_customers = False
    vic_at_acme.save(update_fields=["sees_all_customers"])
    connect(ada_at_acme, make_customer("Secret SA"))
    mine.members.add(vic_at_acme)
    client = client_of(vic_at_acme.user)
    for name in ("customers:list", "connections:requests", "home"):
        shown = client.get(reverse(name)).content.decode()
        assert "Organon" in shown, name
        assert "Secret" not in shown, name


def test_an_admin_ends_a_connection_with_a_reason_once(client_of, ada_at_acme, organon):
    profile = connect(ada_at_acme, organon)
    Mail.objects.all().delete()
    path = reverse("customers:profile_end", args=[profile.pk])
    client = client_of(ada_at_acme.user)
    assert "id_reason_error" in client.post(path, {"reason": " "}).content.decode()
    client.post(path, {"reason": "We moved"})
    profile.refresh_from_db()
    assert profile.stage == "ended"
    assert profile.ended_because == "We moved"
    assert Mail.objects.get().to == "maria@organon.example"
    with pytest.raises(AlreadyDecided):
        profile.end("again", now=profile.ended_at, actor=ada_at_acme.user)


@pytest.mark.parametrize(("person", "may_ask"), [("ada", True), ("vic", False)])
def test_an_ended_connection_is_ended_everywhere_and_can_be_asked_for_again(
    person, may_ask, request, client_of, ada_at_acme, vic_at_acme, organon, now
):
    profile = connect(ada_at_acme, organon, now=now)
    profile.end("over", now=now, actor=ada_at_acme.user)
    client, again = (
        client_of(request.getfixturevalue(person)),
        reverse("connections:request_new", args=[organon.pk]),
    )
    asked = reverse("connections:request", args=[profile.requests.get().pk])
    for path in (
        reverse("connections:requests"),
        asked,
        reverse("customers:profile", args=[profile.pk]),
    ):
        shown = client.get(path).content.decode()
        assert "Ended" in shown, path
        assert 'data-tone="good"' not in shown, path
        assert (again in shown) == may_ask, path


def test_an_ended_connection_that_began_with_an_invitation_is_searched_for(
    page, ada_at_acme, organon, now
):
    profile = connect(ada_at_acme, organon, now=now)
    profile.requests.all().delete()
    profile.end("over", now=now, actor=ada_at_acme.user)
    shown = page("profile", profile.pk)
    assert "You can search for it" in shown
    assert reverse("connections:request_new", args=[organon.pk]) not in shown


def test_only_request_contacts_are_mailed_of_an_end(ada_at_acme, organon, now):
    organon.contacts.create(email="otto@organon.example", gets_requests=False)
    connect(ada_at_acme, organon, now=now).end("over", now=now, actor=ada_at_acme.user)
    assert list(Mail.objects.filter(name="connection_ended").values_list("to", flat=True)) == [
        "maria@organon.example"
    ]


def test_a_contact_that_asked_for_silence_is_not_mailed_of_an_end(ada_at_acme, organon, now):
    organon.contacts.create(email="two@organon.example")
    ada_at_acme.supplier.mutes.create(address="maria@organon.example")
    connect(ada_at_acme, organon, now=now).end("over", now=now, actor=ada_at_acme.user)
    assert Mail.objects.get(name="connection_ended").to == "two@organon.example"


def test_the_mail_of_an_end_takes_a_place_of_the_contacts_day(
    ada_at_acme, rob_at_rival, organon, settings, now
):
    settings.PORTAL_MAILS_A_DAY = 1
    profile = connect(ada_at_acme, organon, now=now - timedelta(days=3))
    make_request(rob_at_rival, organon, now=now)
    profile.end("over", now=now, actor=ada_at_acme.user)
    assert Mail.objects.get(name="connection_ended").not_before > now


def test_an_end_by_the_operator_is_mailed_to_our_admins(ada_at_acme, mia, organon, operator, now):
    profile = connect(ada_at_acme, organon)
    Mail.objects.all().delete()
    profile.end("moved", now=now, actor=operator)
    assert list(Mail.objects.values_list("name", "to")) == [
        ("connection_ended_by_operator", "ada@acme.example")
    ]
