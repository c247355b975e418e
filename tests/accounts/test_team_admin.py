"""The operator changes a company's team by the admins' verbs, with a reason that is kept."""

import pytest

from accounts.models import AuditEntry, TeamInvitation
from core.models import Mail

MEMBERS = "/admin/accounts/membership/"


@pytest.fixture
def office(client_of, operator):
    return client_of(operator)


def act(office, address, row, action, **said):
    said = {
        "action": action,
        "_selected_action": row.pk,
        "apply": "1",
        "reason": "Called the company",
    } | said
    return office.post(address, said, follow=True).content.decode()


def test_the_suppliers_page_shows_its_people_and_changes_none(office, acme, ada_at_acme):
    page = office.get(f"/admin/accounts/supplier/{acme.pk}/change/").content.decode()
    assert "Ada Kim" in page
    assert 'name="memberships-0-role"' not in page
    assert office.get(f"{MEMBERS}{ada_at_acme.pk}/change/").status_code == 200


def test_the_last_admin_stays_for_the_operator_too(office, ada_at_acme):
    for action, said in (("change_role", {"role": "viewer"}), ("deactivate", {})):
        assert "Make somebody else an admin first." in act(
            office, MEMBERS, ada_at_acme, action, **said
        )
    ada_at_acme.refresh_from_db()
    assert ada_at_acme.role == "admin"
    assert ada_at_acme.is_active


def test_a_role_that_the_operator_changes_is_told_and_kept_with_the_reason(
    office, mia_at_acme, operator
):
    act(office, MEMBERS, mia_at_acme, "change_role", role="admin")
    mia_at_acme.refresh_from_db()
    assert mia_at_acme.role == "admin"
    assert Mail.objects.get(name="role_changed").to == "mia@acme.example"
    entry = AuditEntry.objects.get(kind="role_changed")
    assert entry.actor == operator
    assert entry.data["reason"] == "Called the company"


def test_whom_the_operator_deactivates_has_invited_nobody(
    office, ada_at_acme, mia_at_acme, ada, now
):
    mia_at_acme.change_role("admin", now=now, actor=ada)
    TeamInvitation.invite(mia_at_acme, "new@acme.example", "member", now=now)
    act(office, MEMBERS, mia_at_acme, "deactivate")
    assert TeamInvitation.objects.get().status == "revoked"
    assert AuditEntry.objects.get(kind="member_deactivated").data["reason"] == "Called the company"
    act(office, MEMBERS, mia_at_acme, "reactivate")
    assert AuditEntry.objects.get(kind="member_reactivated").data["reason"] == "Called the company"


def test_a_password_that_the_operator_sets_is_told(office, mia):
    said = {
        "password1": "four other words",
        "password2": "four other words",
        "usable_password": "true",
    }
    assert office.post(f"/admin/accounts/user/{mia.pk}/password/", said).status_code == 302
    letter = Mail.objects.get(name="security")
    assert letter.to == "mia@acme.example"
    assert "your password was changed" in letter.subject
