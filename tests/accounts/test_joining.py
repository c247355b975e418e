"""People who share a company's e-mail domain are asked to join it; its admins decide."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts import account_closing
from accounts.models import AuditEntry, JoinRequest, Membership, Supplier, User
from core.models import Mail
from core.states import AlreadyDecided
from tests.builders import make_user

SAID = {
    "name": "Nora Yun", "company": "ACME Supplies Ltd", "country": "KR", "password1": "four-words-i-know",
    "terms": "on", "privacy": "on",
}  # fmt: skip


def sign_up(email):
    client = Client(headers={"accept-language": "en"})
    client.post("/accounts/signup/", SAID | {"email": email})
    code = re.search(r"\b(\d{6})\b", Mail.objects.filter(to=email).latest("created_at").text)[1]
    client.post("/accounts/confirm-email/", {"code": code})
    return client


@pytest.fixture
def nora(db):
    return make_user("nora@sales.acme.example", "Nora Yun", language="en")


@pytest.fixture
def asked(nora, acme, now):
    return JoinRequest.ask(nora, acme, now=now)


def test_a_newcomer_of_a_known_domain_is_offered_to_join_before_founding(acme):
    client = sign_up("nora@acme.example")
    page = client.get("/", follow=True).content.decode()
    assert "<b>ACME Supplies</b>" in page
    assert 'value="ACME Supplies Ltd"' in page
    assert list(Supplier.objects.all()) == [acme]


@pytest.mark.parametrize("email", ["nora@gmail.com", "nora@other.example"])
def test_free_mail_and_other_domains_found_at_once(email, ada, acme):
    make_user("old@gmail.com", "Old").memberships.create(supplier=acme, role="member")
    sign_up(email)
    assert Supplier.objects.filter(name="ACME Supplies Ltd").count() == 1


def test_who_does_not_want_to_join_founds(acme):
    client = sign_up("nora@acme.example")
    client.post("/company/new/", {"name": "Nora Trading", "country": "KR"})
    assert (
        Supplier.objects.get(name="Nora Trading").memberships.get().user.email
        == "nora@acme.example"
    )


def test_the_admins_are_told_and_the_person_sees_that_it_waits(client_of, nora, acme, ada):
    client = client_of(nora)
    client.post(reverse("accounts:join", args=[acme.pk]))
    assert ada.notifications.get().kind == "join_asked"
    assert Mail.objects.get(name="join_asked").to == "ada@acme.example"
    assert "You asked to join" in client.get("/company/new/").content.decode()


def test_whoever_asks_a_company_with_an_admin_does_not_ask_to_lead_it(asked):
    assert not asked.as_admin


def test_asking_twice_asks_once(nora, acme, now, asked):
    assert JoinRequest.ask(nora, acme, now=now) == asked
    assert Mail.objects.filter(name="join_asked").count() == 1


def test_asking_again_on_the_same_day_mails_nobody_again(ada, nora, acme, now, asked):
    asked.withdraw(now=now)
    assert JoinRequest.ask(nora, acme, now=now) != asked
    assert Mail.objects.filter(name="join_asked").count() == 1


def test_a_company_of_another_domain_cant_be_asked(client_of, nora, rival):
    assert client_of(nora).post(reverse("accounts:join", args=[rival.pk])).status_code == 404


@pytest.mark.parametrize("whose", ["the person's", "a colleague's"])
def test_an_unproved_address_shares_no_domain(whose, client_of, nora, ada, acme):
    (nora if whose == "the person's" else ada).emailaddress_set.update(verified=False)
    assert client_of(nora).post(reverse("accounts:join", args=[acme.pk])).status_code == 404
    assert not JoinRequest.objects.exists()


def test_people_who_work_there_no_longer_share_no_domain(ada, mia_at_acme, acme, now):
    member = acme.memberships.create(user=make_user("old@gone.example", "Old"), role="member")
    assert list(Supplier.objects.sharing_domain("nora@gone.example")) == [acme]
    member.deactivate(now=now, actor=ada)
    assert list(Supplier.objects.sharing_domain("nora@gone.example")) == []


def test_who_is_let_in_again_keeps_the_higher_role(ada, acme, ada_at_acme, now):
    Membership.join(acme, ada, "viewer", now=now, actor=ada)
    ada_at_acme.refresh_from_db()
    assert ada_at_acme.role == "admin"


def test_an_admin_lets_the_person_in_with_a_role(client_of, ada, nora, acme, asked):
    page = client_of(ada).get(reverse("accounts:team")).content.decode()
    assert "nora@sales.acme.example" in page
    client_of(ada).post(reverse("accounts:join_accept", args=[asked.pk]), {"role": "viewer"})
    assert acme.memberships.get(user=nora).role == "viewer"
    assert Mail.objects.get(name="join_accepted").to == "nora@sales.acme.example"


@pytest.mark.parametrize("said", [{}, {"role": "owner"}])
def test_without_a_role_nobody_is_let_in(said, client_of, ada, nora, acme, asked):
    path = reverse("accounts:join_accept", args=[asked.pk])
    assert "Choose a role." in client_of(ada).post(path, said, follow=True).content.decode()
    asked.refresh_from_db()
    assert asked.status == "pending"
    assert not acme.memberships.filter(user=nora).exists()


def test_an_admin_declines_and_the_person_learns_it(client_of, ada, nora, acme, asked):
    client_of(ada).post(reverse("accounts:join_decline", args=[asked.pk]))
    assert Mail.objects.get(name="join_declined").to == "nora@sales.acme.example"
    assert not acme.memberships.filter(user=nora).exists()


def test_a_decision_is_made_once(ada, asked, now):
    asked.decline(now=now, actor=ada)
    with pytest.raises(AlreadyDecided):
        asked.accept("member", now=now, actor=ada)
    assert not AuditEntry.objects.filter(kind="member_joined").exists()


def test_the_person_takes_it_back_and_the_admins_are_asked_no_longer(client_of, nora, ada, asked):
    client_of(nora).post(reverse("accounts:join_withdraw", args=[asked.pk]))
    asked.refresh_from_db()
    assert asked.status == "withdrawn"
    assert ada.notifications.count() == 0
    assert (
        "no longer asks to join the team"
        in client_of(ada).get(reverse("accounts:activity")).content.decode()
    )


def test_requests_to_another_company_are_unknown(client_of, rob, rival, asked):
    for name in ("join_accept", "join_decline"):
        assert client_of(rob).post(reverse(f"accounts:{name}", args=[asked.pk])).status_code == 404
    assert (
        client_of(rob).post(reverse("accounts:join_withdraw", args=[asked.pk])).status_code == 404
    )


def test_where_all_admins_left_a_member_asks_and_the_operator_decides(
    client_of, ada, mia, acme, operator
):
    ada.is_active = False
    ada.save(update_fields=["is_active"])
    client = client_of(mia)
    assert "Your company has no admin." in client.get(reverse("accounts:team")).content.decode()
    client.post(reverse("accounts:ask_to_be_admin"))
    asked = JoinRequest.objects.for_operator().get()
    office = client_of(operator)
    assert "who asks to be it" in office.get("/admin/").content.decode()
    office.post(
        "/admin/accounts/joinrequest/",
        {
            "action": "make_admin",
            "_selected_action": str(asked.pk),
            "apply": "1",
            "reason": "Called the company",
        },
    )
    assert acme.memberships.get(user=mia).role == "admin"
    assert AuditEntry.objects.get(kind="member_joined").data["reason"] == "Called the company"


def test_the_operator_decides_nothing_that_an_admin_can(client_of, operator, nora, acme, asked):
    office, said = (
        client_of(operator),
        {"_selected_action": str(asked.pk), "apply": "1", "reason": "No"},
    )
    for action in ("make_admin", "decline"):
        page = office.post(
            "/admin/accounts/joinrequest/", said | {"action": action}, follow=True
        ).content.decode()
        assert "already decided" in page
    asked.refresh_from_db()
    assert asked.status == "pending"
    assert not acme.memberships.filter(user=nora).exists()
    queue = office.get("/admin/accounts/joinrequest/?decides=operator").content.decode()
    assert "nora@sales.acme.example" not in queue


def test_the_operator_declines_with_a_reason_that_is_kept(
    client_of, ada, nora, acme, operator, now
):
    acme.memberships.all().delete()
    asked = JoinRequest.ask(nora, acme, now=now)
    said = {
        "action": "decline",
        "_selected_action": str(asked.pk),
        "apply": "1",
        "reason": "Nobody knows them",
    }
    client_of(operator).post("/admin/accounts/joinrequest/", said)
    entry = AuditEntry.objects.get(kind="join_declined")
    assert entry.actor == operator
    assert entry.data["reason"] == "Nobody knows them"


@pytest.mark.parametrize("way", ["closes the account", "is locked"])
def test_a_colleague_finds_the_company_whose_only_person_is_gone(
    way, client_of, ada, nora, acme, operator, now
):
    if way == "is locked":
        User.objects.filter(pk=ada.pk).update(is_active=False)
    else:
        account_closing.close_account(ada, now=now)
    client_of(nora).post(reverse("accounts:join", args=[acme.pk]))
    JoinRequest.objects.for_operator().get().accept("admin", now=now, actor=operator)
    client_of(nora).post(reverse("leaving:company_keep"))
    acme.refresh_from_db()
    assert acme.closing_at is None


def test_people_who_are_gone_dont_count_where_others_work(ada, mia, acme, rob, rival):
    User.objects.filter(pk=ada.pk).update(is_active=False)
    mia.emailaddress_set.update(email="mia@elsewhere.example")
    assert list(Supplier.objects.sharing_domain("nora@acme.example")) == []


def test_a_member_of_a_company_with_an_admin_cant_ask_to_lead(client_of, mia, acme):
    client_of(mia).post(reverse("accounts:ask_to_be_admin"))
    assert not JoinRequest.objects.exists()


def test_a_colleague_by_domain_asks_the_operator_where_no_admin_is_left(
    client_of, ada, nora, mia, acme
):
    ada.is_active = False
    ada.save(update_fields=["is_active"])
    client_of(nora).post(reverse("accounts:join", args=[acme.pk]))
    assert JoinRequest.objects.for_operator().get().as_admin
