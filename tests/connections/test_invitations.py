"""A customer invites a supplier: once per address, for one use, by the invited person only."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import AuditEntry
from connections import jobs
from connections.models import CannotInviteSupplier, Invitation, invitation_sending
from connections.models.invitation_checks import check_rows
from core.models import Link, Mail
from core.states import AlreadyDecided
from tests.builders import NEW, connect, invitation_row, invite, make_customer, make_step
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
