"""An admin changes the team, and an admin is always left."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.db import connection
from django.urls import reverse

from accounts import account_closing
from accounts.models import AuditEntry, LastAdmin, Membership
from core.models import Mail
from core.states import AlreadyDecided
from tests.builders import make_supplier, make_user


def address(name, member):
    return reverse(f"accounts:{name}", args=[member.key])


@pytest.fixture
def mia_in_the_team(mia_at_acme):
    mia_at_acme.refresh_from_db()
    return mia_at_acme


def test_an_admin_changes_a_role_and_the_person_is_told(client_of, ada, mia_in_the_team):
    client_of(ada).post(address("member_role", mia_in_the_team), {"role": "admin"})
    mia_in_the_team.refresh_from_db()
    assert mia_in_the_team.role == "admin"
    assert Mail.objects.get(name="role_changed").to == "mia@acme.example"
    assert mia_in_the_team.user.notifications.get().kind == "role_changed"
    entry = AuditEntry.objects.get(kind="role_changed")
    assert entry.actor == ada
    assert entry.data["before"] == "member"
    assert entry.data["role"] == "admin"


def test_a_role_that_is_none_is_refused_beside_the_field(client_of, ada, mia_in_the_team):
    answer = client_of(ada).post(address("member_role", mia_in_the_team), {"role": "owner"})
    mia_in_the_team.refresh_from_db()
    assert "aria-invalid" in answer.content.decode()
    assert mia_in_the_team.role == "member"


def test_the_last_admin_stays_admin(client_of, ada, ada_at_acme, mia_in_the_team):
    ada_at_acme.refresh_from_db()
    client = client_of(ada)
    for name, data in (("member_role", {"role": "viewer"}), ("member_deactivate", {})):
        page = client.post(address(name, ada_at_acme), data, follow=True).content.decode()
        assert "Make somebody else an admin first." in page
    page = client.post(reverse("accounts:leave"), follow=True).content.decode()
    assert "Make somebody else an admin first." in page
    ada_at_acme.refresh_from_db()
    assert ada_at_acme.role == "admin"
    assert ada_at_acme.is_active


def test_two_admins_who_leave_at_once_leave_one(settings, empty_queue):
    first = make_user("one@acme.example", "One")
    acme = make_supplier("ACME", admin=first)
    acme.memberships.create(user=make_user("two@acme.example", "Two"), role="admin")

    def leave(member):
        try:
            with suppress(LastAdmin):
                member.deactivate(now=member.created_at, actor=member.user)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(leave, Membership.objects.select_related("user", "supplier")))
    assert acme.memberships.admins().count() == 1


def test_somebody_deactivated_is_told_and_finds_nothing_of_the_company(
    client_of, ada, mia, mia_in_the_team
):
    client_of(ada).post(address("member_deactivate", mia_in_the_team))
    assert Mail.objects.get(name="member_deactivated").to == "mia@acme.example"
    assert client_of(mia).get("/setup/customers/").url == "/company/new/"


def test_somebody_reactivated_has_the_role_of_before(client_of, ada, mia, mia_in_the_team, now):
    mia_in_the_team.deactivate(now=now, actor=ada)
    client_of(ada).post(address("member_reactivate", mia_in_the_team))
    mia_in_the_team.refresh_from_db()
    assert mia_in_the_team.is_active
    assert mia_in_the_team.role == "member"
    assert Mail.objects.get(name="member_reactivated").to == "mia@acme.example"


def test_whoever_closed_the_account_is_not_reactivated_and_not_written_to(
    mia, mia_in_the_team, ada, now
):
    account_closing.close_account(mia, now=now)
    mia_in_the_team.refresh_from_db()
    with pytest.raises(AlreadyDecided):
        mia_in_the_team.reactivate(now=now, actor=ada)
    mia_in_the_team.refresh_from_db()
    assert not mia_in_the_team.is_active
    assert not Mail.objects.filter(name="member_reactivated").exists()


def test_deactivating_twice_is_done_once(ada, mia_in_the_team, now):
    mia_in_the_team.deactivate(now=now, actor=ada)
    with pytest.raises(AlreadyDecided):
        mia_in_the_team.deactivate(now=now, actor=ada)
    assert AuditEntry.objects.filter(kind="member_deactivated").count() == 1


def test_members_of_another_supplier_are_unknown(client_of, ada, acme, rob_at_rival):
    rob_at_rival.refresh_from_db()
    for name in ("member_role", "member_deactivate", "member_reactivate"):
        assert (
            client_of(ada).post(address(name, rob_at_rival), {"role": "viewer"}).status_code == 404
        )


def test_a_member_leaves_by_themself(client_of, mia, ada, mia_in_the_team):
    client_of(mia).post(reverse("accounts:leave"))
    mia_in_the_team.refresh_from_db()
    assert mia_in_the_team.is_active is False
    assert AuditEntry.objects.get(kind="member_left").actor == mia
