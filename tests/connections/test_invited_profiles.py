"""The profile of an invited supplier: for whom it stands there, and until when."""

from datetime import timedelta

import pytest
from django.urls import reverse

from connections import jobs, onboarding
from connections.models import invitation_sending
from core.models import Mail
from customers.models import CustomerProfile
from tests.builders import connect, invite, make_customer, make_request, make_user


def test_an_admin_with_the_address_sees_it_on_home_and_in_customer_setup(
    client_of, ada, acme, organon
):
    invite(organon, "ada@acme.example")
    client = client_of(ada)
    assert "Organon invited you" in client.get("/").content.decode()
    assert "Invited you" in client.get("/setup/customers/").content.decode()
    assert ada.notifications.get().kind == "invited"
    profile = acme.profiles.get()
    client.post(reverse("connections:invitation_take", args=[profile.pk]))
    profile.refresh_from_db()
    assert profile.stage == "connected"


def test_another_admin_is_told_whose_it_is(client_of, ada, mia, mia_at_acme, acme, organon, now):
    invite(organon, "ada@acme.example")
    mia_at_acme.change_role("admin", now=now, actor=ada)
    profile = acme.profiles.get()
    page = (
        client_of(mia)
        .post(reverse("connections:invitation_take", args=[profile.pk]), follow=True)
        .content.decode()
    )
    assert "a•••@acme.example" in page
    profile.refresh_from_db()
    assert profile.stage == "invited"


def test_an_admin_who_sees_some_customers_sees_who_invited_them(client_of, acme, organon):
    bob = make_user("bob@acme.example", "Bob")
    acme.memberships.create(user=bob, role="admin", sees_all_customers=False)
    invite(organon, "bob@acme.example")
    client, profile = client_of(bob), acme.profiles.get()
    assert "Organon invited you" in client.get("/").content.decode()
    assert client.get(reverse("customers:profile", args=[profile.pk])).status_code == 200


def test_who_becomes_admin_later_sees_it_too(ada, mia, mia_at_acme, acme, organon, now):
    invite(organon, "mia@acme.example")
    assert not acme.profiles.exists()
    mia_at_acme.change_role("admin", now=now, actor=ada)
    jobs.settle_invitations.func(timestamp=0)
    assert acme.profiles.get().stage == "invited"
    assert mia.notifications.filter(kind="invited").count() == 1
    jobs.settle_invitations.func(timestamp=0)
    assert mia.notifications.filter(kind="invited").count() == 1


def test_the_bell_rings_once_for_each_company_of_an_admin(
    ada, acme, rival, rob_at_rival, organon, now
):
    invite(organon, "ada@acme.example")
    rival.memberships.create(user=ada, role="admin")
    jobs.settle_invitations.func(timestamp=0)
    rung = ada.notifications.filter(kind="invited").values_list("supplier__name", flat=True)
    assert sorted(rung) == ["ACME Supplies", "Rival Parts"]


def test_whose_invited_admin_loses_the_role_sees_it_no_longer(
    ada, mia, mia_at_acme, acme, organon, now
):
    mia_at_acme.change_role("admin", now=now, actor=ada)
    invite(organon, "mia@acme.example")
    invite(make_customer("Mirae"), "ada@acme.example")
    mia_at_acme.change_role("member", now=now, actor=ada)
    jobs.hide_invitations.func(timestamp=0)
    shown = dict(acme.profiles.values_list("customer__name", "stage"))
    assert shown == {"Organon": "dropped", "Mirae": "invited"}


@pytest.mark.parametrize("was_connected", [False, True])
def test_revoked_or_expired_the_profile_falls_back(
    was_connected, ada_at_acme, acme, organon, now, operator
):
    if was_connected:
        connect(ada_at_acme, organon, now=now).end("over", now=now, actor=operator)
    invitation = invite(organon, "ada@acme.example", now=now)
    assert acme.profiles.get().stage == "invited"
    later = now + timedelta(days=31)
    shown = CustomerProfile.objects.as_of(later).get().shown
    invitation.revoke(now=now, actor=operator)
    assert shown == acme.profiles.get().stage == ("ended" if was_connected else "dropped")


def test_a_declined_request_falls_back_to_the_open_invitation(ada_at_acme, acme, organon, now):
    invite(organon, "ada@acme.example", now=now)
    asked = make_request(ada_at_acme, organon, now=now)
    assert acme.profiles.get().stage == "requested"
    asked.decline("other", now=now)
    assert acme.profiles.get().stage == "invited"


def test_accepting_uses_the_live_link_and_leaves_a_revoked_one_revoked(
    organon, ada, ada_at_acme, now
):
    invitation = invite(organon, "ada@acme.example", now=now)
    invitation_sending.resend(invitation, now=now)
    onboarding.accept(ada, [invitation], company=ada_at_acme, now=now)
    links = invitation.links().order_by("pk")
    assert [link.condition(now) for link in links] == ["revoked", "used"]


def test_an_accepted_request_closes_the_invitation_and_the_other_way_round(
    ada_at_acme, acme, organon, now
):
    invitation = invite(organon, "ada@acme.example", now=now)
    make_request(ada_at_acme, organon, now=now).accept(now=now)
    invitation.refresh_from_db()
    assert invitation.status == "accepted"
    assert invitation.supplier == acme
    mirae = make_customer("Mirae", contacts=["buyer@mirae.example"])
    asked = make_request(ada_at_acme, mirae, now=now)
    other = invite(mirae, "ada@acme.example", now=now)
    onboarding.accept(ada_at_acme.user, [other], company=ada_at_acme, now=now)
    asked.refresh_from_db()
    assert asked.status == "accepted"
    letter = Mail.objects.get(name="request_accepted_contact", to="buyer@mirae.example")
    assert "accepted an invitation of Mirae" in letter.text


def test_a_request_that_ran_out_does_not_end_what_an_invitation_connected(
    ada, ada_at_acme, organon, now
):
    asked = make_request(ada_at_acme, organon, now=now, days_ago=31)
    invitation = invite(organon, "ada@acme.example", now=now)
    onboarding.accept(ada, [invitation], company=ada_at_acme, now=now)
    asked.refresh_from_db()
    assert asked.status == "expired"
    jobs.expire_requests.func(timestamp=0)
    assert CustomerProfile.objects.get().stage == "connected"


def test_a_request_that_comes_to_nothing_moves_only_a_requested_profile(ada_at_acme, organon, now):
    profile = connect(ada_at_acme, organon, now=now)
    profile.drop()
    profile.refresh_from_db()
    assert profile.stage == "connected"
