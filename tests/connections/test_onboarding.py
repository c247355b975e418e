"""From an invitation to a connected company: its acceptance, and what goes with it."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client

from accounts.models import Notification, Supplier, User
from connections import onboarding
from connections.jobs import settle_invitations
from connections.models import Invitation, invitation_sending
from core.models import Mail
from core.states import AlreadyDecided
from customers.models import CustomerProfile
from tests.builders import NEW, connect, invite, make_customer, make_user
from tests.connections.conftest import token_to


def test_accepting_for_one_supplier_takes_it_from_the_others(ada, ada_at_acme, rival, organon, now):
    rival.memberships.create(user=ada, role="admin")
    invitation = invite(organon, "ada@acme.example", now=now)
    assert CustomerProfile.objects.filter(stage="invited").count() == 2
    onboarding.accept(ada, [invitation], company=ada_at_acme, now=now)
    assert list(CustomerProfile.objects.values_list("supplier__name", "stage").order_by("stage")) == [
        ("ACME Supplies", "connected"), ("Rival Parts", "dropped"),
    ]  # fmt: skip


def test_an_admin_who_sees_some_customers_sees_the_one_whose_invitation_they_accept(
    client_of, acme, organon
):
    bob = make_user("bob@acme.example", "Bob")
    member = acme.memberships.create(user=bob, role="admin", sees_all_customers=False)
    invite(organon, "bob@acme.example")
    member.profiles.clear()
    said = {"company_choice": str(acme.pk)}
    answer = client_of(bob).post(f"/i/{token_to('bob@acme.example')}/accept/", said, follow=True)
    assert answer.status_code == 200
    assert "You are connected with Organon" in answer.content.decode()


def test_a_newcomer_signs_up_founds_the_company_and_is_connected(organon, invitation):
    client, token = Client(headers={"accept-language": "en"}), token_to()
    form = client.get(client.post(f"/i/{token}/start/").url).content.decode()
    assert f'value="{NEW}"' in form
    assert 'value="NewCo"' in form
    assert "Organon invited you" in form
    said = {
        "email": "evil@evil.example", "name": "Nora Yun", "company": "NewCo Ltd", "country": "KR",
        "password1": "four-words-i-know", "terms": "on", "privacy": "on", "next": f"/i/{token}/",
    }  # fmt: skip
    client.post("/accounts/signup/", said)
    code = re.search(r"\b(\d{6})\b", Mail.objects.filter(name="account", to=NEW).get().text)[1]
    assert client.post("/accounts/confirm-email/", {"code": code}).url == f"/i/{token}/"
    supplier = Supplier.objects.get(name="NewCo Ltd")
    answer = client.post(f"/i/{token}/accept/", {"company_choice": str(supplier.pk)}, follow=True)
    assert "You are connected with Organon" in answer.content.decode()
    assert supplier.profiles.get().stage == "connected"
    assert not User.objects.filter(email="evil@evil.example").exists()
    assert client.get(f"/i/{token}/").status_code == 410


def test_a_person_without_a_company_founds_one_by_accepting(client_of, nora, invitation):
    client, token = client_of(nora), token_to()
    client.post(f"/i/{token}/accept/", {"company_choice": "new", "name": "NewCo", "country": "KR"})
    assert nora.memberships.get().supplier.profiles.get().stage == "connected"


def test_two_pages_of_a_newcomer_found_one_company(client_of, nora, invitation):
    client, first = client_of(nora), token_to()
    second = invite(make_customer("Mirae"))
    said = {"company_choice": "new", "name": "NewCo", "country": "KR"}
    client.post(f"/i/{first}/accept/", said)
    page = client.post(f"/i/{token_to()}/accept/", said).content.decode()
    second.refresh_from_db()
    assert "Choose a company." in page
    assert Supplier.objects.count() == 1
    assert second.status == "pending"
    client.post(
        f"/i/{token_to()}/accept/", said | {"company_choice": "another", "name": "Second Co"}
    )
    assert Supplier.objects.count() == 2


def test_what_is_missing_is_said_beside_the_field_and_nothing_is_founded(
    client_of, nora, invitation
):
    page = (
        client_of(nora)
        .post(f"/i/{token_to()}/accept/", {"company_choice": "new", "name": "Typed Co"})
        .content.decode()
    )
    assert "Choose a country." in page
    assert 'value="Typed Co"' in page
    assert Supplier.objects.count() == 0


def test_several_invitations_are_accepted_together(client_of, nora, invitation):
    second = invite(make_customer("Mirae"))
    token = token_to()
    said = {"company_choice": "new", "name": "NewCo", "country": "KR", "others": [invitation.pk]}
    client_of(nora).post(f"/i/{token}/accept/", said)
    assert nora.memberships.get().supplier.profiles.connected().count() == 2
    second.refresh_from_db()
    assert second.status == "accepted"


def test_invitations_of_others_cant_be_slipped_in(client_of, nora, invitation):
    foreign = invite(make_customer("Mirae"), "else@else.example")
    invite(make_customer("Hanbit"))
    said = {"company_choice": "new", "name": "NewCo", "country": "KR", "others": [foreign.pk]}
    page = client_of(nora).post(f"/i/{token_to()}/accept/", said).content.decode()
    assert "One of these no longer waits for you." in page
    assert str(foreign.pk) not in page
    foreign.refresh_from_db()
    assert foreign.status == "pending"
    assert Supplier.objects.count() == 0


def test_a_member_may_found_another_company_for_it(client_of, mia, acme, organon):
    invite(organon, "mia@acme.example")
    client, token = client_of(mia), token_to("mia@acme.example")
    assert "Found another company" in client.get(f"/i/{token}/").content.decode()
    client.post(f"/i/{token}/accept/", {"company_choice": "new", "name": "Mine", "country": "KR"})
    assert Supplier.objects.get(name="Mine").profiles.get().stage == "connected"
    assert not acme.profiles.exists()


def test_a_member_is_told_that_only_an_admin_accepts_and_calls_the_admins(
    client_of, mia, ada, acme, organon
):
    invite(organon, "mia@acme.example")
    client, token = client_of(mia), token_to("mia@acme.example")
    assert (
        "For ACME Supplies only an admin can accept" in client.get(f"/i/{token}/").content.decode()
    )
    client.post(f"/i/{token}/accept/", {"company_choice": str(acme.pk)})
    assert CustomerProfile.objects.count() == 0
    assert Supplier.objects.count() == 1
    client.post(f"/i/{token}/admins/")
    assert ada.notifications.get().kind == "invitation_for_admin"
    assert Mail.objects.get(name="invitation_for_admin").to == "ada@acme.example"


def test_an_admin_without_the_second_factor_that_the_company_asks_for_cant_accept(
    client_of, ada, acme, organon
):
    acme.requires_second_factor = True
    acme.save(update_fields=["requires_second_factor"])
    invite(organon, "ada@acme.example")
    client, token = client_of(ada), token_to("ada@acme.example")
    client.post(f"/i/{token}/accept/", {"company_choice": str(acme.pk)})
    assert not CustomerProfile.objects.connected().exists()
    page = client.get(f"/i/{token}/").content.decode()
    assert "A second factor is needed" in page
    assert "only an admin can accept" not in page


def test_somebody_else_is_told_whose_it_is_and_can_accept_nothing(client_of, ada, acme, invitation):
    client, token = client_of(ada), token_to()
    page = client.get(f"/i/{token}/").content.decode()
    assert "You are signed in as somebody else" in page
    assert "n•••@newco.example" in page
    client.post(f"/i/{token}/accept/", {"company_choice": str(acme.pk)})
    assert not acme.profiles.exists()


def test_an_existing_admin_accepts_for_the_company_that_is_there(client_of, ada, acme, organon):
    invite(organon, "ada@acme.example")
    client, token = client_of(ada), token_to("ada@acme.example")
    answer = client.post(f"/i/{token}/accept/", {"company_choice": str(acme.pk)}, follow=True)
    profile = acme.profiles.get()
    assert answer.request["PATH_INFO"] == f"/setup/customers/{profile.pk}/"
    assert profile.stage == "connected"
    assert list(Supplier.objects.all()) == [acme]


def test_colleagues_hear_of_an_accepted_invitation_and_who_accepted_does_not(
    ada, ada_at_acme, mia_at_acme, organon, now
):
    onboarding.accept(ada, [invite(organon, "ada@acme.example")], company=ada_at_acme, now=now)
    rung = Notification.objects.filter(kind="invitation_accepted").values_list("user", flat=True)
    assert list(rung) == [mia_at_acme.user_id]


def test_an_overdue_invitation_connects_nobody(ada, ada_at_acme, acme, organon, now):
    invitation = invite(organon, "ada@acme.example", now=now - timedelta(days=31))
    with pytest.raises(AlreadyDecided):
        onboarding.accept(ada, [invitation], company=ada_at_acme, now=now)
    assert not acme.profiles.connected().exists()


def test_one_that_is_over_takes_the_others_and_the_new_company_along(
    nora, invitation, operator, now
):
    other = invite(make_customer("Mirae"))
    Invitation.objects.get(pk=other.pk).revoke(now=now, actor=operator)
    with pytest.raises(AlreadyDecided):
        onboarding.accept(nora, [invitation, other], company=("NewCo", "KR"), now=now)
    invitation.refresh_from_db()
    assert invitation.status == "pending"
    assert Supplier.objects.count() == 0


def test_a_replaced_link_accepts_nothing(client_of, ada, acme, organon, now):
    invitation = invite(organon, "ada@acme.example")
    old = token_to("ada@acme.example")
    invitation_sending.resend(invitation, now=now)
    client_of(ada).post(f"/i/{old}/accept/", {"company_choice": str(acme.pk)})
    assert not acme.profiles.connected().exists()


def test_an_unproved_address_gives_no_invitation_to_accept_or_to_close(
    ada, ada_at_acme, acme, organon, now
):
    EmailAddress.objects.create(user=ada, email=NEW, verified=False)
    invitation = invite(organon)
    settle_invitations.func(timestamp=0)
    assert list(onboarding.waiting_for(ada, now)) == []
    assert not acme.profiles.exists()
    connect(ada_at_acme, organon, now=now)
    invitation.refresh_from_db()
    assert invitation.status == "pending"


def test_only_the_invited_person_calls_the_admins_and_three_times_an_hour(
    client_of, mia, rob, ada, acme, rival, organon, one_window
):
    cache.clear()
    invite(organon, "mia@acme.example")
    rival.memberships.create(user=make_user("ron@rival.example", "Ron"), role="member")
    token = token_to("mia@acme.example")
    client_of(User.objects.get(email="ron@rival.example")).post(f"/i/{token}/admins/")
    assert not Notification.objects.filter(kind="invitation_for_admin").exists()
    for _call in range(4):
        client_of(mia).post(f"/i/{token}/admins/")
    assert Mail.objects.filter(name="invitation_for_admin", to="ada@acme.example").count() == 3
