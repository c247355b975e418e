"""Which customers a member works on, and what the pages of the team show of it."""

import pytest
from django.urls import reverse

from accounts.models import notify
from customers.members import limit_to
from customers.models import CustomerProfile
from tests.builders import make_customer, make_request, make_user


def address(member):
    return reverse("customers:member_customers", args=[member.key])


@pytest.fixture
def mia_in_the_team(mia_at_acme):
    mia_at_acme.refresh_from_db()
    return mia_at_acme


def test_a_member_is_limited_to_some_customers_and_back_to_all(
    client_of, ada, mia, acme, mia_in_the_team, now
):
    profiles = [
        CustomerProfile.locked(acme, make_customer(name)) for name in ("Organon", "Mirae Display")
    ]
    for profile in profiles:
        profile.connect(now)
    client = client_of(ada)
    client.post(
        address(mia_in_the_team),
        {"scope": "some", "profiles": [profiles[0].pk]},
    )
    mia_in_the_team.refresh_from_db()
    assert list(CustomerProfile.objects.visible_to(mia_in_the_team)) == [profiles[0]]
    client.post(address(mia_in_the_team), {"scope": "all"})
    mia_in_the_team.refresh_from_db()
    assert CustomerProfile.objects.visible_to(mia_in_the_team).count() == 2


def test_an_admin_who_sees_some_customers_takes_no_others_away(
    client_of, ada, mia, acme, mia_in_the_team, now
):
    shared, hidden = [
        CustomerProfile.locked(acme, make_customer(name)) for name in ("Organon", "Mirae Display")
    ]
    shared.connect(now)
    hidden.connect(now)
    limit_to(mia_in_the_team, [shared, hidden], now=now, actor=ada)
    bob = make_user("bob@acme.example", "Bob")
    acme.memberships.create(user=bob, role="admin", sees_all_customers=False).profiles.add(shared)
    client_of(bob).post(address(mia_in_the_team), {"scope": "some"})
    assert list(mia_in_the_team.profiles.all()) == [hidden]


def test_customers_of_another_supplier_cant_be_given(client_of, ada, rival, mia_in_the_team):
    theirs = CustomerProfile.locked(rival, make_customer("Secret"))
    client_of(ada).post(address(mia_in_the_team), {"scope": "some", "profiles": [theirs.pk]})
    mia_in_the_team.refresh_from_db()
    assert mia_in_the_team.sees_all_customers
    assert mia_in_the_team.profiles.count() == 0


def test_a_scope_that_is_none_is_refused_on_the_page_of_the_member(client_of, ada, mia_in_the_team):
    page = client_of(ada).post(address(mia_in_the_team), {"scope": "few"}).content.decode()
    assert "aria-invalid" in page
    assert "<h1>Mia Lee</h1>" in page


def test_the_page_of_a_member_offers_the_customers_that_the_reader_sees(
    client_of, ada, acme, mia_in_the_team, now
):
    CustomerProfile.locked(acme, make_customer("Organon")).connect(now)
    CustomerProfile.locked(acme, make_customer("Dropped Inc."))
    url = reverse("accounts:member", args=[mia_in_the_team.key])
    page = client_of(ada).get(url).content.decode()
    assert address(mia_in_the_team) in page
    assert "Organon" in page
    assert "Dropped Inc." not in page


def test_members_of_another_supplier_are_unknown(client_of, ada, acme, rob_at_rival):
    rob_at_rival.refresh_from_db()
    assert client_of(ada).post(address(rob_at_rival), {"scope": "all"}).status_code == 404


def test_news_of_customers_that_a_member_sees_no_more_are_forgotten(
    mia, mia_at_acme, ada_at_acme, acme, ada, organon, now
):
    asked = make_request(mia_at_acme, organon, now=now)
    asked.accept(now=now)
    notify(acme, "step_returned", about=asked.profile, users=[mia], at=now)
    notify(acme, "export_ready", about=acme, users=[mia], at=now)
    limit_to(mia_at_acme, [asked.profile], now=now, actor=ada)
    assert mia.notifications.count() == 3
    limit_to(mia_at_acme, [], now=now, actor=ada)
    assert mia.notifications.get().kind == "export_ready"
