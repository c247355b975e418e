from datetime import timedelta

import pytest
from django.urls import reverse

from connections.models import ConnectionRequest
from tests.builders import make_request, make_supplier

SWITCH = "/company/switch/"
UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def client(client_of, ada, acme, rival):
    # Ada is ACME's admin, and reads at Rival.
    rival.memberships.create(user=ada, role="viewer")
    return client_of(ada)


def active(client):
    return client.get(reverse("accounts:company")).context["supplier"]


def test_the_first_company_is_the_active_one_until_another_is_chosen(client, acme, rival):
    assert active(client) == acme
    page = client.post(SWITCH, {"supplier": rival.pk}, follow=True).content.decode()
    assert "You now work for Rival Parts." in page
    assert active(client) == rival


def test_companies_stand_in_the_order_in_which_one_joined_them(ada, ada_at_acme, now):
    for place in (4, 1, 5, 2, 3):
        joined = {"user": ada, "created_at": now + timedelta(days=place)}
        make_supplier(f"S{place}").memberships.create(role="member", **joined)
    asked = ada.memberships.active().with_unread().with_asking().with_second_factor()
    names = [membership.supplier.name for membership in asked]
    assert names == ["ACME Supplies", "S1", "S2", "S3", "S4", "S5"]


def test_the_role_is_that_at_the_active_company(client, rival):
    assert client.get(reverse("accounts:company_edit")).status_code == 200
    client.post(SWITCH, {"supplier": rival.pk})
    assert client.get(reverse("accounts:company_edit")).status_code == 403


def test_a_company_that_i_left_is_active_no_more(client, ada, acme, rival):
    client.post(SWITCH, {"supplier": rival.pk})
    rival.memberships.filter(user=ada).update(is_active=False)
    assert active(client) == acme
    assert client.post(SWITCH, {"supplier": rival.pk}).status_code == 404


@pytest.mark.parametrize("supplier", ["", "x", "\x00", "1" * 10_000, UNKNOWN])
def test_what_is_no_company_of_mine_is_a_404(supplier, client, acme):
    assert client.post(SWITCH, {"supplier": supplier}).status_code == 404
    assert active(client) == acme


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\x00", ""]
)
def test_switching_leads_to_no_foreign_address(target, client, rival):
    assert client.post(SWITCH, {"supplier": rival.pk, "next": target})["Location"] == "/"


def test_the_thing_of_another_company_of_mine_is_offered_by_switching(
    client, ada_at_acme, organon, rival
):
    path = reverse("connections:request", args=[make_request(ada_at_acme, organon).pk])
    client.post(SWITCH, {"supplier": rival.pk})
    page = client.get(path)
    assert page.status_code == 404
    assert "This belongs to ACME Supplies" in page.content.decode()
    assert "Organon" not in page.content.decode()
    assert (
        client.post(SWITCH, {"supplier": ada_at_acme.supplier_id, "next": path})["Location"] == path
    )
    assert client.get(path).status_code == 200


def test_nothing_is_done_for_the_other_company_before_switching(
    client, ada_at_acme, organon, rival
):
    rival.memberships.filter(user=ada_at_acme.user).update(role="admin")
    asked = make_request(ada_at_acme, organon)
    client.post(SWITCH, {"supplier": rival.pk})
    assert client.post(reverse("connections:request_withdraw", args=[asked.pk])).status_code == 404
    assert ConnectionRequest.objects.get().status == "pending"
