"""Home and the lists put first the things that wait for the person, all of them and nothing more."""

import re

import pytest
from django.urls import reverse

from accounts.company_closing import begin_closing
from connections.models import invitation_sending
from customers.models import StepAnswer
from tests.builders import connect, make_customer, make_request, make_step

SAID = [{"question": "x", "kind": "text", "label": {"ko": "a", "en": "a"}, "value": "1"}]


def invite(customer, email, now):
    row = {"email": email, "company": "", "name": "", "language": "en", "message": ""}
    return invitation_sending.send(customer, [row], now=now, actor=None)[0]


def sent_back(membership, customer, now):
    """A connection of which one step came back."""
    profile, step = connect(membership, customer), make_step(customer)
    answer = StepAnswer.submit(profile, step, {}, SAID, version=0, actor=membership.user, now=now)
    answer.send_back("No.", now=now)
    return profile


def headings(page):
    return re.findall(r"<h3>\s*(.*?)\s*</h3>", page)


def test_what_was_sent_back_stands_before_an_invitation(client_of, ada, ada_at_acme, organon, now):
    sent_back(ada_at_acme, organon, now)
    invite(make_customer("Hanbit Foods"), "ada@acme.example", now)
    page = client_of(ada).get("/").content.decode()
    assert headings(page) == [
        "Correct Tax and registration for Organon",
        "Hanbit Foods invited you",
    ]


@pytest.mark.parametrize(("who", "shown"), [("ada", True), ("mia", False)])
def test_only_admins_are_asked_to_see_to_an_invitation(
    who, shown, request, client_of, ada_at_acme, mia_at_acme, organon, now
):
    invite(organon, "ada@acme.example", now)
    page = client_of(request.getfixturevalue(who)).get("/").content.decode()
    assert ("Organon invited you" in headings(page)) == shown


@pytest.mark.parametrize(("who", "shown"), [("mia", True), ("vic", False)])
def test_a_viewer_is_not_asked_to_connect(
    who, shown, request, client_of, mia_at_acme, vic_at_acme, organon
):
    organon.vendors.create(name="ACME", email="x@acme.example", domain="acme.example")
    page = client_of(request.getfixturevalue(who)).get("/").content.decode()
    assert bool(headings(page)) == shown


@pytest.mark.parametrize(("over", "shown"), [("expired", True), ("withdrawn", False)])
def test_what_was_withdrawn_is_not_brought_up_again(
    over, shown, client_of, ada, ada_at_acme, organon, now
):
    asked = make_request(ada_at_acme, organon, now=now, days_ago=31 if over == "expired" else 1)
    asked.expire(now=now) if over == "expired" else asked.withdraw(now=now, actor=ada)
    assert bool(headings(client_of(ada).get("/").content.decode())) == shown


@pytest.mark.parametrize(("number", "more"), [(5, ""), (7, "And 2 more:")])
def test_home_says_how_many_more_there_are_and_where(number, more, client_of, ada, ada_at_acme):
    for place in range(number):
        suggested = make_customer(f"Suggested {place}")
        suggested.vendors.create(name="ACME", email="x@acme.example", domain="acme.example")
    page = client_of(ada).get("/").content.decode()
    assert f"{number} things need you" in page
    assert len(headings(page)) == 5
    assert re.findall(r"And \d more:", page) == ([more] if more else [])
    assert page.count(f'<a class="crumb" href="{reverse("connections:requests")}">') == bool(more)


@pytest.mark.parametrize("name", ["home", "customers:list"])
def test_a_customer_that_needs_us_stands_first(name, client_of, ada, ada_at_acme, organon, now):
    for place in range(6):
        connect(ada_at_acme, make_customer(f"Acme {place}"))
    sent_back(ada_at_acme, organon, now)
    page = client_of(ada).get(reverse(name)).content.decode()
    names = re.findall(r"<b>((?:Acme|Organon)[^<]*)</b>|>((?:Acme|Organon)[^<]*)</a>", page)
    assert next(filter(None, names[0])) == "Organon"


def test_a_viewer_is_not_told_that_nothing_is_open(client_of, vic, ada_at_acme, organon, now):
    sent_back(ada_at_acme, organon, now)
    page = client_of(vic).get("/").content.decode()
    assert "Hello Vic Park. There is nothing for you to do." in page
    assert "Nothing needs you" not in page


def test_an_invitation_can_be_accepted_while_a_request_waits(
    client_of, ada, ada_at_acme, organon, now
):
    invite(organon, "ada@acme.example", now)
    profile = make_request(ada_at_acme, organon).profile
    client = client_of(ada)
    assert headings(client.get("/").content.decode()) == ["Organon invited you"]
    take = reverse("connections:invitation_take", args=[profile.pk])
    assert take in client.get(reverse("customers:profile", args=[profile.pk])).content.decode()
    client.post(take)
    profile.refresh_from_db()
    assert profile.stage == "connected"


def test_home_says_until_when_a_closing_company_can_be_kept(client_of, ada, acme, now):
    begin_closing(acme, now=now, actor=ada)
    assert reverse("leaving:company_close") in client_of(ada).get("/").content.decode()
