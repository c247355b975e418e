"""The contact's page, by a browser that has no account."""

import re

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, Supplier
from connections.models import Report
from core.models import Link
from customers.models import Mute
from tests.builders import make_request


@pytest.fixture
def asked(ada_at_acme, organon, now):
    return make_request(
        ada_at_acme, organon, message="We bring your labels.\nSee http://evil.example", now=now
    )


@pytest.fixture
def token(asked):
    return Link.issue("request", asked.pk, "maria@organon.example", asked.expires_at)[1]


def path(token, action=""):
    return reverse(f"connections:answer{action}", args=[token])


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_changes_nothing(method, asked, token):
    entries = AuditEntry.objects.count()
    for _visit in range(3):
        assert getattr(Client(), method)(path(token)).status_code == 200
    asked.refresh_from_db()
    assert asked.status == "pending"
    assert AuditEntry.objects.count() == entries


def test_the_page_says_who_asks_and_shows_links_as_text(asked, token):
    page = Client(headers={"accept-language": "en"}).get(path(token)).content.decode()
    for fact in (
        "ACME Supplies",
        "(Asia/Seoul)",
        "Ada Kim",
        "ada@acme.example",
        "South Korea",
        "We bring your labels.",
    ):
        assert fact in page
    assert 'href="http://evil.example' not in page


def test_the_page_says_the_number_and_the_website_of_who_asks(asked, token):
    details = {"registration_number": "120-81-47521", "website": "https://acme.example/"}
    Supplier.objects.filter(pk=asked.supplier_id).update(**details)
    page = Client().get(path(token)).content.decode()
    assert [fact in page for fact in details.values()] == [True, True]


def test_accepting_connects_and_the_link_then_says_so(asked, token):
    answer = Client().post(path(token, "_accept"), {"comment": "Welcome"})
    assert answer["Location"] == f"{path(token)}?done"
    asked.refresh_from_db()
    assert asked.status == "accepted"
    assert asked.comment == "Welcome"
    assert asked.decided_link.address == "maria@organon.example"
    client = Client(headers={"accept-language": "en"})
    done, over = client.get(answer["Location"]), client.get(path(token))
    assert done.status_code == 200
    assert over.status_code == 410
    for page in (done, over):
        assert re.search(r"was accepted on [^.]+ \(Asia/Seoul\)\.", page.content.decode())


def test_a_report_is_confirmed_on_the_page(asked, token):
    client = Client(headers={"accept-language": "en"})
    page = client.post(path(token, "_report"), follow=True)
    assert page.status_code == 200
    assert "You told the operator" in page.content.decode()
    other = Link.issue("request", asked.pk, "two@organon.example", asked.expires_at)[1]
    assert "You told the operator" not in client.get(path(other)).content.decode()


def test_declining_needs_a_reason_and_keeps_the_comment(asked, token):
    page = Client(headers={"accept-language": "en"}).post(
        path(token, "_decline"), {"comment": "Ask Jo instead"}
    )
    asked.refresh_from_db()
    assert asked.status == "pending"
    assert "Choose a reason to decline." in page.content.decode()
    assert "Ask Jo instead" in page.content.decode()


def test_declining_with_a_reason(asked, token):
    Client().post(path(token, "_decline"), {"reason": "wrong_person", "comment": ""})
    asked.refresh_from_db()
    assert asked.status == "declined"
    assert asked.reason == "wrong_person"


def test_the_supplier_does_not_learn_the_reason_or_who_decided(asked, token, client_of, ada):
    Client().post(path(token, "_decline"), {"reason": "not_a_supplier", "comment": "No"})
    page = client_of(ada).get(reverse("connections:request", args=[asked.pk])).content.decode()
    assert "buy from them" not in page
    assert "maria@" not in page


def test_reporting_declines_and_files_a_report(asked, token):
    Client().post(path(token, "_report"))
    asked.refresh_from_db()
    assert asked.status == "declined"
    assert Report.objects.get().address == "maria@organon.example"


def test_muting_decides_nothing(asked, token):
    Client().post(path(token, "_mute"))
    Client().post(path(token, "_mute"))
    asked.refresh_from_db()
    assert asked.status == "pending"
    assert Mute.objects.get().address == "maria@organon.example"


def test_each_dead_link_says_why(asked, token, now, ada):
    asked.withdraw(now=now, actor=ada)
    over = Client(headers={"accept-language": "en"}).get(path(token))
    assert over.status_code == 410
    assert "has withdrawn" in over.content.decode()


def test_an_overdue_link_says_expired(ada_at_acme, organon):
    old = make_request(ada_at_acme, organon, days_ago=31)
    token = Link.issue("request", old.pk, "maria@organon.example", old.expires_at)[1]
    over = Client(headers={"accept-language": "en"}).get(path(token))
    assert over.status_code == 410
    assert "ran out" in over.content.decode()
    Client().post(path(token, "_accept"))
    old.refresh_from_db()
    assert old.status == "pending"


def test_an_unknown_link_is_a_404_and_too_many_of_them_a_429(db, one_window):
    cache.clear()
    answers = [
        Client(headers={"accept-language": "en"}).get(path(f"guess-{number}"))
        for number in range(31)
    ]
    assert [answer.status_code for answer in answers] == [404] * 30 + [429]
    assert "Wait 1 minute, then try again." in answers[-1].content.decode()


def test_a_cut_link_still_gets_our_page(asked, token):
    page = Client(headers={"accept-language": "en"}).get(path(token[:20])).content.decode()
    assert "It may have been cut" in page


def test_not_us_reports_to_the_operator_and_changes_nothing(transactional_db, asked, now):
    asked.accept(now=now)
    token = Link.issue("not_us", asked.pk, "two@organon.example", asked.expires_at)[1]
    where = reverse("connections:not_us", args=[token])
    assert Client().get(where).status_code == 200
    assert not Report.objects.exists()
    assert Client().post(where, follow=True).status_code == 200
    assert Client().get(where).status_code == 410
    Client().post(where)
    asked.refresh_from_db()
    assert Report.objects.get().kind == "not_us"
    assert asked.status == "accepted"
