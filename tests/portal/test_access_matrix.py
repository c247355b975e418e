"""Who gets what at every address: a new address without a row fails."""

import uuid

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import Notification
from portal.models import Link
from tests.builders import connect, make_attempt, make_customer, make_request, make_user

ROLES = ["anonymous", "viewer", "member", "admin", "rival", "nobody", "operator"]
LOGIN, NEW, ADMIN = "/accounts/login/", "/company/new/", "/admin/"

# name: GET and POST for each of ROLES; a number is the status, a text the start of where it redirects
PUBLIC = [200] * 7
SETUP = [LOGIN, 200, 200, 200, 200, NEW, ADMIN]
OURS = [LOGIN, 200, 200, 200, 404, NEW, ADMIN]
MEMBERS = [LOGIN, 403, 200, 200, 404, NEW, ADMIN]
NO_GET = [LOGIN, 405, 405, 405, 405, NEW, ADMIN]
MATRIX = {
    "home": (SETUP, None),
    "help": (PUBLIC, None),
    "help_page": (PUBLIC, None),
    "privacy": (PUBLIC, None),
    "terms": (PUBLIC, None),
    "accessibility": (PUBLIC, None),
    "set_language": ([405] * 7, ["/"] * 7),
    "brand_css": (PUBLIC, None),
    "healthz": (PUBLIC, None),
    "readyz": (PUBLIC, None),
    "accounts:account": ([LOGIN, 200, 200, 200, 200, 200, 200], [LOGIN, 200, 200, 200, 200, 200, 200]),
    "accounts:company": (SETUP, None),
    "accounts:company_edit": ([LOGIN, 403, 403, 200, 200, NEW, ADMIN], [LOGIN, 403, 403, 200, 200, NEW, ADMIN]),
    "accounts:company_new": ([LOGIN, "/", "/", "/", "/", 200, 200], [LOGIN, "/", "/", "/", "/", 200, 200]),
    "accounts:switch": ([LOGIN, 405, 405, 405, 405, 405, 405], [LOGIN, 404, 404, 404, 404, 404, 404]),
    "accounts:team": (SETUP, None),
    "accounts:notifications": (SETUP, None),
    "accounts:notifications_read": (NO_GET, [LOGIN, *["/notifications/"] * 4, NEW, ADMIN]),
    "accounts:notification_open": (NO_GET, [LOGIN, 404, 404, "/setup/", 404, NEW, ADMIN]),
    "accounts:support": (PUBLIC, PUBLIC),
    "accounts:support_sent": (PUBLIC, None),
    "customers:setup": ([LOGIN, *["/setup/customers/"] * 4, NEW, ADMIN], None),
    "customers:list": (SETUP, None),
    "customers:profile": (OURS, None),
    "customers:profile_end": ([LOGIN, 403, 403, 200, 404, NEW, ADMIN], [LOGIN, 403, 403, 200, 404, NEW, ADMIN]),
    "connections:requests": (SETUP, None),
    "connections:request": (OURS, None),
    "connections:search": ([LOGIN, 403, 200, 200, 200, NEW, ADMIN], [LOGIN, 403, 200, 200, 200, NEW, ADMIN]),
    "connections:attempt": (MEMBERS, None),
    "connections:request_new": (MEMBERS, MEMBERS),
    "connections:captcha_code": ([LOGIN, 403, 405, 405, 405, NEW, ADMIN], MEMBERS),
    "connections:request_withdraw": (
        [LOGIN, 403, 405, 405, 405, NEW, ADMIN],
        [LOGIN, 403, "/setup/requests/", "/setup/requests/", 404, NEW, ADMIN],
    ),
    "connections:dismiss": ([LOGIN, 403, 405, 405, 405, NEW, ADMIN], [LOGIN, 403, 404, 404, 404, NEW, ADMIN]),
    "connections:answer": (PUBLIC, [405] * 7),
    "connections:answer_accept": ([405] * 7, ["/r/"] * 7),
    "connections:answer_decline": ([405] * 7, PUBLIC),
    "connections:answer_report": ([405] * 7, ["/r/"] * 7),
    "connections:answer_mute": ([405] * 7, ["/r/"] * 7),
    "connections:not_us": (PUBLIC, ["/n/"] * 7),
}
ONE_RULE = ("admin", "account", "mfa", "usersessions")  # namespaces and prefixes that libraries guard


def named(resolver=None, namespace=""):
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from named(pattern, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield namespace + pattern.name


def test_every_address_has_a_row():
    names = {name for name in named() if not name.startswith(ONE_RULE) or name.startswith("accounts:")}
    assert names == set(MATRIX)


@pytest.fixture
def people(ada, mia, vic, rob, rival, operator):
    nobody = make_user("nobody@lonely.example", "No Body", language="en")
    return dict(zip(ROLES, [None, vic, mia, ada, rob, nobody, operator], strict=True))


@pytest.fixture
def address(ada_at_acme, ada, acme, organon, now):
    waiting = make_customer("Waiting Inc.", contacts=["w@waiting.example"])
    asked = make_request(ada_at_acme, waiting, now=now)
    attempt = make_attempt(ada_at_acme, organon)
    profile = connect(ada_at_acme, make_customer("Connected Inc."), now=now)
    note = Notification.objects.create(
        user=ada, supplier=acme, kind="request_accepted", object_id=asked.pk, data={"customer": "Waiting Inc."}
    )
    _link, token = Link.issue("request", asked.pk, "w@waiting.example", asked.expires_at)
    _link, not_us = Link.issue("not_us", asked.pk, "w@waiting.example", asked.expires_at)
    arguments = {
        "help_page": ["faq"],
        "accounts:notification_open": [note.pk],
        "customers:profile": [profile.pk],
        "customers:profile_end": [profile.pk],
        "connections:attempt": [attempt.pk],
        "connections:request_new": [organon.pk],
        "connections:captcha_code": [organon.pk],
        "connections:dismiss": [organon.pk],
        "connections:request": [asked.pk],
        "connections:request_withdraw": [asked.pk],
        "connections:not_us": [not_us],
    }
    for name in ("answer", "answer_accept", "answer_decline", "answer_report", "answer_mute"):
        arguments[f"connections:{name}"] = [token]
    return lambda name: reverse(name, args=arguments.get(name, []))


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", MATRIX)
def test_each_role_gets_what_the_matrix_says(name, role, people, address, client_of):
    for method, expected in zip(("get", "post"), MATRIX[name], strict=True):
        if expected is None:
            continue
        client = client_of(people[role]) if people[role] else Client()
        answer = getattr(client, method)(address(name))
        wanted = expected[ROLES.index(role)]
        got = answer.headers.get("Location", "") if isinstance(wanted, str) else answer.status_code
        assert got.startswith(wanted) if isinstance(wanted, str) else got == wanted, (method, answer)


@pytest.mark.parametrize("name", ["customers:profile", "connections:attempt", "connections:request"])
def test_an_unknown_id_is_a_404(name, client_of, ada, acme):
    assert client_of(ada).get(reverse(name, args=[uuid.uuid4()])).status_code == 404


def test_a_thing_of_another_supplier_of_mine_offers_to_switch(client_of, ada, ada_at_acme, rival, organon):
    rival.memberships.create(user=ada, role="viewer")
    asked = make_request(ada_at_acme, organon)
    client = client_of(ada)
    client.post(reverse("accounts:switch"), {"supplier": rival.pk})
    path = reverse("connections:request", args=[asked.pk])
    page = client.get(path)
    assert page.status_code == 404
    assert "Switch to ACME Supplies" in page.content.decode()
    back = client.post(reverse("accounts:switch"), {"supplier": ada_at_acme.supplier_id, "next": path})
    assert back["Location"] == path
    assert client.get(path).status_code == 200


def test_switching_follows_no_foreign_address(client_of, ada, acme):
    answer = client_of(ada).post(reverse("accounts:switch"), {"supplier": acme.pk, "next": "https://evil.example/"})
    assert answer["Location"] == "/"


def test_a_deactivated_member_sees_nothing(client_of, mia, mia_at_acme):
    mia_at_acme.is_active = False
    mia_at_acme.save(update_fields=["is_active"])
    assert client_of(mia).get("/setup/requests/")["Location"] == "/company/new/"


def test_staff_without_a_second_factor_set_one_up_first(client_of, operator, settings):
    settings.STAFF_SECOND_FACTOR = True
    assert client_of(operator).get("/admin/")["Location"] == reverse("mfa_activate_totp")
