"""A customer invites a supplier: once per address, for one use, by the invited person only."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry
from connections import jobs, onboarding
from connections.models import CannotInviteSupplier, Invitation, invitation_sending
from connections.models.invitation_checks import check_rows
from core.models import Link, Mail
from core.states import AlreadyDecided
from customers.models import CustomerProfile
from tests.builders import (
    NEW,
    connect,
    invitation_row,
    invite,
    make_customer,
    make_request,
    make_step,
    make_user,
)
from tests.connections.conftest import token_to


def test_the_letter_says_who_invites_whom_and_holds_the_only_copy_of_the_token(organon):
    make_step(organon, at_hand_en="your insurance certificate")
    invite(organon, message="Please register by Friday.")
    letter = Mail.objects.get(name="invitation")
    assert letter.subject == "Organon invites you to register as a supplier"
    for words in (
        "Hello Nora Yun,",
        "NewCo",
        "Please register by Friday.",
        "- your insurance certificate",
        "/i/",
    ):
        assert words in letter.text
        assert words in letter.html.replace("&#x27;", "'")
    assert token_to() not in str(Link.objects.values().get())


def test_rows_are_judged_as_new_invited_connected_bad_or_twice(
    organon, ada_at_acme, invitation, now
):
    connect(ada_at_acme, organon, now=now)
    rows = [
        invitation_row(),
        invitation_row("ada@acme.example"),
        invitation_row("x@x.example"),
        invitation_row("x@x.example"),
        invitation_row("bad", problem="address"),
    ]
    assert [checked["verdict"] for checked in check_rows(organon, rows, now=now)] == [
        "invited",
        "connected",
        "new",
        "duplicate",
        "bad",
    ]


def test_a_member_of_a_connected_company_is_invited_for_another_one(
    organon, ada_at_acme, mia_at_acme, now
):
    connect(ada_at_acme, organon, now=now)
    assert [
        checked["verdict"]
        for checked in check_rows(organon, [invitation_row("mia@acme.example")], now=now)
    ] == ["new"]


def test_an_address_is_invited_once_by_one_customer_and_again_by_another(organon, invitation, now):
    assert invitation_sending.send(organon, [invitation_row()], now=now, actor=None) == []
    assert (
        len(
            invitation_sending.send(make_customer("Mirae"), [invitation_row()], now=now, actor=None)
        )
        == 1
    )


def test_a_day_has_a_number_of_invitations_over_all_customers(organon, settings, now):
    settings.PORTAL_INVITATIONS_A_DAY = 2
    with pytest.raises(CannotInviteSupplier):
        invitation_sending.send(
            organon,
            [invitation_row(f"n{number}@x.example") for number in range(3)],
            now=now,
            actor=None,
        )
    assert Invitation.objects.count() == 0
    assert Mail.objects.count() == 0
    invitation_sending.send(
        organon,
        [invitation_row(f"n{number}@x.example") for number in range(2)],
        now=now,
        actor=None,
    )


def test_sent_again_the_old_link_dies_and_its_mail_is_not_sent(invitation, now):
    old = token_to()
    invitation_sending.resend(invitation, now=now)
    page = Client().get(f"/i/{old}/")
    assert page.status_code == 410
    assert "There is a newer link" in page.content.decode()
    assert Client().get(f"/i/{token_to()}/").status_code == 200
    assert sorted(Mail.objects.values_list("status", flat=True)) == ["dropped", "queued"]


def test_taken_back_its_mail_is_not_sent_any_more(invitation, now, operator):
    invitation.revoke(now=now, actor=operator)
    letter = Mail.objects.get(name="invitation")
    assert letter.status == "dropped"
    assert letter.text == ""
    assert letter.link.condition(now) == "revoked"


def test_an_invitation_is_open_for_thirty_days(organon, now):
    invitation = invite(organon, now=now)
    assert invitation.expires_at == now + timedelta(days=30)
    assert invitation.links().get().expires_at == now + timedelta(days=30)


def test_an_expired_one_is_sent_again_but_a_revoked_one_is_not(organon, now, operator):
    old = invite(organon, now=now - timedelta(days=31))
    old.expire(now=now)
    invitation_sending.resend(old, now=now)
    old.refresh_from_db()
    assert old.status == "pending"
    old.revoke(now=now, actor=operator)
    with pytest.raises(AlreadyDecided):
        invitation_sending.resend(old, now=now)


def test_one_to_a_supplier_that_is_connected_by_now_is_not_sent_again(organon, ada_at_acme, now):
    old = invite(organon, "ada@acme.example", now=now - timedelta(days=31))
    old.expire(now=now)
    connect(ada_at_acme, organon, now=now)
    with pytest.raises(CannotInviteSupplier) as refused:
        invitation_sending.resend(old, now=now)
    assert refused.value.verdict == "connected"
    assert Mail.objects.filter(name="invitation").count() == 1


def test_an_expired_one_is_not_sent_again_where_the_address_is_invited_anew(organon, now):
    old = invite(organon, now=now - timedelta(days=31))
    old.expire(now=now)
    invite(organon, now=now)
    with pytest.raises(CannotInviteSupplier) as refused:
        invitation_sending.resend(old, now=now)
    assert refused.value.verdict == "invited"
    assert Mail.objects.filter(name="invitation").count() == 2


def test_an_invitation_takes_a_place_of_the_persons_day(organon, settings, now):
    settings.PORTAL_MAILS_A_DAY = 1
    invite(organon, now=now)
    invite(make_customer("Mirae"), now=now)
    waits = Mail.objects.order_by("created_at").values_list("not_before", flat=True)
    assert waits[0] is None
    assert waits[1] > now


def test_the_worker_expires_what_is_overdue(ada_at_acme, acme, organon, now):
    old = invite(organon, "ada@acme.example", now=now - timedelta(days=31))
    fresh = invite(make_customer("Mirae"), now=now)
    jobs.expire_invitations.func(timestamp=0)
    assert [Invitation.objects.get(pk=sent.pk).status for sent in (old, fresh)] == [
        "expired",
        "pending",
    ]


def test_a_corrected_address_gets_it_and_the_wrong_one_no_longer(invitation, now, operator):
    wrong = token_to()
    invitation_sending.correct(invitation, "nina@newco.example", now=now, actor=operator)
    page = Client().get(f"/i/{wrong}/")
    assert page.status_code == 410
    assert "was taken back" in page.content.decode()
    assert "n•••@newco.example" not in page.content.decode()
    assert "Send me a new link" not in page.content.decode()
    right = token_to("nina@newco.example")
    Client().post(f"/i/{wrong}/again/")
    assert Client().get(f"/i/{right}/").status_code == 200


def test_the_operator_reads_from_which_address_an_invitation_was_corrected(
    invitation, now, operator
):
    before = invitation.email
    invitation_sending.correct(invitation, "nina@newco.example", now=now, actor=operator)
    entry = AuditEntry.objects.about(invitation).get(kind="invitation_corrected")
    assert entry.data["before"] == before
    assert entry.data["email"] == "nina@newco.example"
    assert entry.audience == "operator"


def test_the_link_of_an_invitation_that_is_forgotten_by_now_is_an_unknown_one(invitation, now):
    token = token_to()
    Invitation.objects.forget()
    assert Client().get(f"/i/{token}/").status_code == 404


def test_an_overdue_invitation_stands_in_no_ones_way(invitation, organon, now, operator):
    invite(organon, "nina@newco.example", now=now - timedelta(days=31))
    invitation_sending.correct(invitation, "nina@newco.example", now=now, actor=operator)
    assert set(Invitation.objects.values_list("email", "status")) == {
        ("nina@newco.example", "expired"), ("nina@newco.example", "pending"),
    }  # fmt: skip


def test_a_mail_that_fails_is_told_with_the_servers_words(
    invitation, post, run_jobs, client_of, operator
):
    post.answer = "550 no such mailbox"
    run_jobs()
    page = client_of(operator).get("/admin/connections/invitation/?status=failed").content.decode()
    assert "no such mailbox" in page
    assert NEW in page


def test_an_invitation_is_opened_by_going_on_not_by_a_scanners_get(invitation):
    token = token_to()
    Client().get(f"/i/{token}/")
    Client().head(f"/i/{token}/")
    invitation.refresh_from_db()
    assert invitation.opened_at is None
    Client().post(f"/i/{token}/start/")
    invitation.refresh_from_db()
    assert invitation.opened_at is not None


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
