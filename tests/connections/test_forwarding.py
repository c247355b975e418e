"""A contact passes a request on: to the same company domain, a few times, unseen by the asker."""

import pytest
from django.test import Client

from accounts.models import AuditEntry
from connections.models import ConnectionRequest, request_contacts
from core.states import AlreadyDecided
from tests.builders import make_customer, make_request
from tests.fixtures_mail import mailed_token


def token_of(address):
    return mailed_token("request_received", address)


def test_a_contact_passes_the_request_on_to_a_colleague_of_the_same_domain(
    ada_at_acme, organon, now
):
    asked = make_request(ada_at_acme, organon, contact="maria@organon.example", now=now)
    client, path = (
        Client(headers={"accept-language": "en"}),
        f"/r/{token_of('maria@organon.example')}/forward/",
    )
    page = client.post(path, {"email": "john@other.example"}).content.decode()
    assert "Only to a colleague at organon.example." in page
    assert 'value="john@other.example"' in page
    client.post(path, {"email": "John@Organon.example"})
    first, second = token_of("maria@organon.example"), token_of("john@organon.example")
    assert {client.get(f"/r/{token}/").status_code for token in (first, second)} == {200}
    client.post(f"/r/{second}/accept/")
    asked.refresh_from_db()
    assert asked.status == "accepted"
    assert asked.decided_link.address == "john@organon.example"
    assert client.get(f"/r/{first}/").status_code == 410


def test_passing_on_is_limited_and_respects_who_wants_no_mail(ada_at_acme, organon, now):
    asked = make_request(ada_at_acme, organon, contact="maria@organon.example", now=now)
    ada_at_acme.supplier.mutes.create(address="mute@organon.example")
    client, path = (
        Client(headers={"accept-language": "en"}),
        f"/r/{token_of('maria@organon.example')}/forward/",
    )
    client.post(path, {"email": "mute@organon.example"})
    for number in range(5):
        client.post(path, {"email": f"c{number}@organon.example"})
    addresses = set(asked.links().values_list("address", flat=True))
    assert addresses == {
        "maria@organon.example",
        *(f"c{number}@organon.example" for number in range(3)),
    }


def test_a_colleague_who_was_written_to_gets_no_second_link(ada_at_acme, organon, now):
    organon.contacts.create(email="two@organon.example")
    asked = make_request(ada_at_acme, organon, now=now)
    path = f"/r/{token_of('maria@organon.example')}/forward/"
    page = (
        Client(headers={"accept-language": "en"})
        .post(path, {"email": "two@organon.example"})
        .content.decode()
    )
    assert "This colleague was written to already" in page
    assert asked.links().filter(address="two@organon.example").count() == 1


def test_the_supplier_reads_nothing_of_the_passing_on(ada_at_acme, organon, now, client_of):
    asked = make_request(ada_at_acme, organon, contact="maria@organon.example", now=now)
    Client().post(
        f"/r/{token_of('maria@organon.example')}/forward/", {"email": "john@organon.example"}
    )
    page = client_of(ada_at_acme.user).get(f"/setup/requests/{asked.pk}/").content.decode()
    assert "john@organon.example" not in page


def test_free_mail_is_not_passed_on_and_a_decided_request_neither(ada_at_acme, now):
    customer = make_customer("Gmail Shop", contacts=["shop@gmail.com", "buyer@shop.example"])
    asked = make_request(ada_at_acme, customer, now=now)
    assert Client().get(f"/r/{token_of('shop@gmail.com')}/forward/").status_code == 404
    path = f"/r/{token_of('buyer@shop.example')}/forward/"
    asked.withdraw(now=now, actor=ada_at_acme.user)
    Client().post(path, {"email": "boss@shop.example"})
    assert not asked.links().filter(address="boss@shop.example").exists()


def test_a_request_that_was_decided_a_moment_ago_is_not_passed_on(ada_at_acme, organon, now):
    asked = make_request(ada_at_acme, organon, contact="maria@organon.example", now=now)
    link = asked.links().get()
    ConnectionRequest.objects.get(pk=asked.pk).withdraw(now=now, actor=ada_at_acme.user)
    with pytest.raises(AlreadyDecided):
        request_contacts.forward(asked, "john@organon.example", now=now, link=link)
    assert not asked.links().filter(address="john@organon.example").exists()


def test_the_request_of_a_suspended_supplier_is_not_passed_on(ada_at_acme, organon, now):
    asked = make_request(ada_at_acme, organon, contact="maria@organon.example", now=now)
    page = f"/r/{token_of('maria@organon.example')}/"
    asked.supplier.suspend("test", now=now)
    assert "forward/" not in Client().get(page).content.decode()
    Client().post(f"{page}forward/", {"email": "john@organon.example"})
    assert not AuditEntry.objects.filter(kind="request_forwarded").exists()
