"""The door: deny by default, people without a company, sessions, and what the door costs."""

from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.founding import found_company
from accounts.models import AuditEntry, PendingCompany, Role, Supplier
from customers.models import CustomerProfile
from tests.builders import make_user

HOUR = 3600


@pytest.fixture
def eve(db):
    return make_user("eve@solo.example", "Eve Han", language="en")


def last_for(client):
    return client.session.get_expiry_age(), client.cookies["sessionid"]["max-age"]


@pytest.mark.parametrize("path", ["/", "/account/", "/setup/customers/", "/notifications/"])
def test_a_stranger_is_sent_to_sign_in_and_back(path, db):
    assert Client().get(path)["Location"] == f"/accounts/login/?next={path}"


@pytest.mark.parametrize(
    ("page", "back"),
    [
        ("http://testserver/setup/requests/?page=2", "/setup/requests/"),
        ("https://evil.example/setup/requests/", "/"),
        ("", "/"),
    ],
)
def test_a_button_pressed_without_a_session_leads_back_to_its_page(page, back, db):
    button = reverse("connections:request_withdraw", args=[UUID(int=1)])
    answer = Client(headers={"referer": page}).post(button)
    assert answer["Location"] == f"/accounts/login/?next={back}"


def test_the_address_of_a_button_opened_as_a_page_says_so(client_of, ada, acme):
    answer = client_of(ada).get(reverse("accounts:notifications_read"))
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert "This is not a page" in answer.content.decode()


@pytest.mark.parametrize(
    "path", ["/", "/company/", "/setup/admin/", "/notifications/", "/setup/requests/"]
)
def test_a_person_without_a_company_gets_the_page_for_that(path, client_of, eve, operator):
    assert client_of(eve).get(path)["Location"] == reverse("accounts:company_new")
    assert client_of(operator).get(path)["Location"] == reverse("admin:index")


@pytest.mark.parametrize(
    "name",
    [
        "accounts:account",
        "account_change_password",
        "mfa_index",
        "usersessions_list",
        "accounts:support",
        "help",
    ],
)
def test_a_person_without_a_company_still_has_their_own_pages(name, client_of, eve):
    assert client_of(eve).get(reverse(name)).status_code == 200


def test_a_person_without_a_company_founds_one_once(client_of, eve):
    client = client_of(eve)
    for _click in range(2):
        client.post(reverse("accounts:company_new"), {"name": "Solo", "country": "KR"})
    assert Supplier.objects.get().admins().get().user == eve


@pytest.mark.parametrize("name", ["", "a\x00b", "x" * 161, "Pay at www.evil.example", "a\u202eb"])
def test_a_company_is_not_founded_with_such_a_name(name, client_of, eve):
    page = (
        client_of(eve)
        .post(reverse("accounts:company_new"), {"name": name, "country": "KR"})
        .content.decode()
    )
    assert 'id="id_name_error"' in page
    assert not Supplier.objects.exists()


def test_a_role_is_read_anew_at_each_page(client_of, ada, ada_at_acme):
    client = client_of(ada)
    assert client.get(reverse("accounts:company_edit")).status_code == 200
    ada_at_acme.role = Role.VIEWER
    ada_at_acme.save(update_fields=["role"])
    assert client.get(reverse("accounts:company_edit")).status_code == 403


def test_roles_are_ranked(vic_at_acme, mia_at_acme, ada_at_acme):
    may = [
        [member.may(role) for role in Role] for member in (vic_at_acme, mia_at_acme, ada_at_acme)
    ]
    assert may == [[True, False, False], [True, True, False], [True, True, True]]


def test_a_deactivated_person_is_signed_out(client_of, mia, acme):
    client = client_of(mia)
    mia.is_active = False
    mia.save(update_fields=["is_active"])
    assert client.get("/")["Location"] == "/accounts/login/?next=/"


def test_a_strangers_thing_is_not_told_from_one_that_does_not_exist(
    client_of, rob, rival, ada_at_acme, organon
):
    theirs = CustomerProfile.locked(ada_at_acme.supplier, organon)
    pages = [
        client_of(rob).get(reverse("customers:profile", args=[pk]))
        for pk in (theirs.pk, "0" * 8 + str(theirs.pk)[8:])
    ]
    assert [page.status_code for page in pages] == [404, 404]
    assert "ACME" not in pages[0].content.decode()


def test_a_session_lives_12_hours_for_suppliers_and_2_for_staff(client_of, ada, acme, operator):
    for person, hours in ((ada, 12), (operator, 2)):
        client = client_of(person)
        client.get(reverse("accounts:account"))
        assert last_for(client) == (hours * HOUR, hours * HOUR)


def test_a_session_in_use_is_prolonged_at_most_every_10_minutes(client_of, ada, acme, monkeypatch):
    client, clock = client_of(ada), [1_000_000.0]
    monkeypatch.setattr("accounts.middleware.time.time", lambda: clock[0])
    written = []
    for minutes in (0, 9, 2, 9):
        clock[0] += minutes * 60
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("accounts:account"))
        written.append(any('UPDATE "django_session"' in query["sql"] for query in captured))
    assert written == [True, False, True, False]


def test_what_somebody_meant_to_found_is_forgotten_when_they_found(eve, now):
    PendingCompany.objects.create(user=eve, name="Sole", country="KR")
    founded = found_company(eve, name="Solo", country="KR", now=now)
    assert str(founded.supplier) == "Solo"
    assert founded.role == "admin"
    assert not PendingCompany.objects.exists()
    assert {founded.created_at, founded.supplier.created_at, AuditEntry.objects.get().at} == {now}
    assert found_company(eve, name="Sole", country="KR", now=now, is_first=True) is None


def test_the_door_costs_three_queries_whatever_a_person_belongs_to(client_of, ada, acme, now):
    client = client_of(ada)
    counts = []
    for number in range(2):
        client.get("/help/")
        with CaptureQueriesContext(connection) as captured:
            client.get("/help/")
        counts.append(len(captured))
        for other in range(20):
            found_company(ada, name=f"Company {number} {other}", country="KR", now=now)
    assert counts == [3, 3]
