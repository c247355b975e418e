"""A second factor for everybody in a team, asked for by an admin."""

from allauth.mfa.models import Authenticator
from django.urls import reverse

from accounts.models import AuditEntry
from core.models import Mail
from tests.accounts.conftest import with_app


def test_an_admin_asks_everybody_for_a_second_factor(client_of, ada, mia, acme):
    with_app(ada)
    client_of(ada).post(reverse("accounts:require_second_factor"), {"on": "1"})
    assert Mail.objects.get(name="second_factor_required").to == "mia@acme.example"
    member = client_of(mia)
    assert member.get("/setup/customers/").url == "/account/second-factor/"
    assert (
        member.post("/setup/requests/search/", {"words": "organon"}).url
        == "/account/second-factor/"
    )
    assert "Add a passkey" in member.get("/account/second-factor/").content.decode()
    with_app(mia)
    assert member.get("/setup/customers/").status_code == 200


def test_whoever_asks_has_one_first(client_of, ada, acme):
    client_of(ada).post(reverse("accounts:require_second_factor"), {"on": "1"})
    acme.refresh_from_db()
    assert acme.requires_second_factor is False


def test_it_can_be_asked_no_longer(client_of, ada, mia, acme):
    with_app(ada)
    client = client_of(ada)
    client.post(reverse("accounts:require_second_factor"), {"on": "1"})
    client.post(reverse("accounts:require_second_factor"))
    assert client_of(mia).get("/setup/customers/").status_code == 200
    kinds = (
        AuditEntry.objects.filter(kind__startswith="second_factor")
        .order_by("pk")
        .values_list("kind", flat=True)
    )
    assert list(kinds) == ["second_factor_required", "second_factor_free"]


def test_recovery_codes_alone_are_no_second_factor(client_of, ada, mia, acme):
    Authenticator.objects.create(user=mia, type=Authenticator.Type.RECOVERY_CODES, data={})
    acme.requires_second_factor = True
    acme.save(update_fields=["requires_second_factor"])
    assert client_of(mia).get("/").url == "/account/second-factor/"
