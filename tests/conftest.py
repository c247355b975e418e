"""The cast that every test knows: ACME with its three people, its rival, Organon with its contact, the operator."""

from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone, translation

from tests.builders import make_customer, make_supplier, make_user

pytest_plugins = [
    "tests.fixtures_database",
    "tests.fixtures_invitations",
    "tests.fixtures_mail",
    "tests.fixtures_processes",
]


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def ada(db):
    return make_user("ada@acme.example", "Ada Kim", language="en")


@pytest.fixture
def acme(ada):
    return make_supplier("ACME Supplies", admin=ada)


@pytest.fixture
def mia(acme):
    user = make_user("mia@acme.example", "Mia Lee", language="en")
    acme.memberships.create(user=user, role="member")
    return user


@pytest.fixture
def vic(acme):
    user = make_user("vic@acme.example", "Vic Park", language="en")
    acme.memberships.create(user=user, role="viewer")
    return user


@pytest.fixture
def rob(db):
    return make_user("rob@rival.example", "Rob Choi", language="en")


@pytest.fixture
def rival(rob):
    return make_supplier("Rival Parts", admin=rob)


@pytest.fixture
def organon(db):
    return make_customer(
        "Organon",
        other_names=["오가논"],
        domains=["organon.example"],
        contacts=["maria@organon.example"],
        country="US",
    )


@pytest.fixture
def operator(db):
    return make_user(
        "operator@portal.example", "Olga Operator", is_staff=True, is_superuser=True, language="en"
    )


@pytest.fixture
def client_of():
    """client_of(user) -> a test client logged in as that person."""

    def log_in(user):
        client = Client()
        client.force_login(user)
        return client

    return log_in


def membership(user, supplier):
    return user.memberships.select_related("supplier", "user").get(supplier=supplier)


@pytest.fixture
def ada_at_acme(ada, acme):
    return membership(ada, acme)


@pytest.fixture
def mia_at_acme(mia, acme):
    return membership(mia, acme)


@pytest.fixture
def vic_at_acme(vic, acme):
    return membership(vic, acme)


@pytest.fixture
def rob_at_rival(rob, rival):
    return membership(rob, rival)


@pytest.fixture
def one_window(monkeypatch):
    """Let the windows of limits stand still, so that no test runs across the end of a window."""
    monkeypatch.setattr("core.limits.time", SimpleNamespace(time=lambda: 1_800_000_000.0))


@pytest.fixture(autouse=True)
def english():
    """Begin each test in English, in whatever language the one before ended."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def queue_mail(settings):
    """Send mail by the portal's own way, which Django's test runner replaces."""
    settings.EMAIL_BACKEND = "core.mail.QueueBackend"
