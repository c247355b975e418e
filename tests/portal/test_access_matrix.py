"""The answer of every address to every role: a new address without a row fails."""

import uuid
from copy import copy

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import BankAccount, Document, JoinRequest, Notification, TeamInvitation
from connections.models import invitation_sending
from core.models import Link
from customers.models import StepAnswer, Upload
from portal import stylesheet
from portal.models import Export
from tests.builders import connect, make_attempt, make_customer, make_request, make_step, make_user
from tests.files import a_pdf

ROLES = ["anonymous", "viewer", "member", "admin", "rival", "nobody", "operator"]
LOGIN, NEW, ADMIN = "/accounts/login/", "/company/new/", "/admin/"

# name: GET and POST for each of ROLES; a number is the status, a text the start of where it redirects
PUBLIC = [200] * 7
SETUP = [LOGIN, 200, 200, 200, 200, NEW, ADMIN]
OURS = [LOGIN, 200, 200, 200, 404, NEW, ADMIN]
MEMBERS = [LOGIN, 403, 200, 200, 404, NEW, ADMIN]
ADMINS = [LOGIN, 403, 403, 200, 200, NEW, ADMIN]
ADMINS_OWN = [LOGIN, 403, 403, 200, 404, NEW, ADMIN]
MEMBERS_SAVE = [LOGIN, 403, "/setup/customers/", "/setup/customers/", 404, NEW, ADMIN]
BACK_TO_STEP = [LOGIN, *["/setup/customers/"] * 4, NEW, ADMIN]
NO_GET = [LOGIN, 405, 405, 405, 405, NEW, ADMIN]
ADMINS_POST = [LOGIN, 403, 403, 405, 405, NEW, ADMIN]
FREE_POST = [LOGIN, 405, 405, 405, 405, 405, 405]
TEAM = "/setup/admin/"
TEAM_SAVE = (ADMINS_POST, [LOGIN, 403, 403, TEAM, 404, NEW, ADMIN])
MATRIX = {
    "home": (SETUP, None),
    "help": (PUBLIC, None),
    "help_page": (PUBLIC, None),
    "privacy": (PUBLIC, None),
    "terms": (PUBLIC, None),
    "accessibility": (PUBLIC, None),
    "set_language": ([405] * 7, ["/"] * 7),
    "stylesheet": (PUBLIC, None),
    "healthz": (PUBLIC, None),
    "readyz": (PUBLIC, None),
    "accounts:account": (
        [LOGIN, 200, 200, 200, 200, 200, 200],
        [LOGIN, 200, 200, 200, 200, 200, 200],
    ),
    "accounts:email_change": (
        [LOGIN, *["/accounts/reauthenticate/"] * 6],
        [LOGIN, *["/accounts/reauthenticate/"] * 6],
    ),
    "accounts:email_confirm": (
        [LOGIN, *["/account/email/"] * 6],
        [LOGIN, *["/accounts/reauthenticate/"] * 6],
    ),
    "accounts:account_close": ([LOGIN, *[200] * 6], [LOGIN, *[200] * 6]),
    "accounts:preferences": (SETUP, SETUP),
    "accounts:activity": (ADMINS, None),
    "accounts:second_factor": ([LOGIN, *["/"] * 6], None),
    "accounts:company": (SETUP, None),
    "accounts:company_edit": (
        [LOGIN, 403, 403, 200, 200, NEW, ADMIN],
        [LOGIN, 403, 403, 200, 200, NEW, ADMIN],
    ),
    "accounts:bank_add": (ADMINS, ADMINS),
    "accounts:bank_replace": (ADMINS_OWN, ADMINS_OWN),
    "accounts:bank_remove": (ADMINS_OWN, ADMINS_OWN),
    "accounts:bank_main": (ADMINS_OWN, ADMINS_OWN),
    "accounts:document_add": (ADMINS, ADMINS),
    "accounts:document": (OURS, [LOGIN, 405, 405, 405, 405, NEW, ADMIN]),
    "accounts:document_remove": (
        [LOGIN, 403, 403, 405, 405, NEW, ADMIN],
        [LOGIN, 403, 403, "/company/", 404, NEW, ADMIN],
    ),
    "accounts:company_new": (
        [LOGIN, "/", "/", "/", "/", 200, 200],
        [LOGIN, "/", "/", "/", "/", 200, 200],
    ),
    "accounts:switch": (
        [LOGIN, 405, 405, 405, 405, 405, 405],
        [LOGIN, 404, 404, 404, 404, 404, 404],
    ),
    "accounts:join": (FREE_POST, [LOGIN, "/", "/", "/", 404, 404, 404]),
    "accounts:join_withdraw": (FREE_POST, [LOGIN, 404, 404, 404, 404, 404, 404]),
    "accounts:team": (SETUP, None),
    "accounts:invite": (ADMINS_POST, ADMINS),
    "accounts:invite_again": TEAM_SAVE,
    "accounts:invite_revoke": TEAM_SAVE,
    "accounts:member": (ADMINS_OWN, None),
    "accounts:member_role": (ADMINS_POST, ADMINS_OWN),
    "accounts:member_deactivate": TEAM_SAVE,
    "accounts:member_reactivate": TEAM_SAVE,
    "accounts:join_accept": TEAM_SAVE,
    "accounts:join_decline": TEAM_SAVE,
    "accounts:require_second_factor": (ADMINS_POST, [LOGIN, 403, 403, TEAM, TEAM, NEW, ADMIN]),
    "accounts:ask_to_be_admin": (NO_GET, [LOGIN, *[TEAM] * 4, NEW, ADMIN]),
    "accounts:leave": (SETUP, [LOGIN, "/", "/", TEAM, TEAM, NEW, ADMIN]),
    "accounts:team_invitation": (PUBLIC, [405] * 7),
    "accounts:team_start": ([405] * 7, ["/accounts/signup/"] * 7),
    "accounts:team_accept": ([405] * 7, ["/t/"] * 7),
    "accounts:team_again": ([405] * 7, ["/t/"] * 7),
    "accounts:notifications": (SETUP, None),
    "accounts:notifications_read": (NO_GET, [LOGIN, *["/notifications/"] * 4, NEW, ADMIN]),
    "accounts:notification_open": (NO_GET, [LOGIN, 404, 404, "/setup/", 404, NEW, ADMIN]),
    "accounts:support": (PUBLIC, PUBLIC),
    "accounts:support_sent": (PUBLIC, None),
    "customers:setup": ([LOGIN, *["/setup/customers/"] * 4, NEW, ADMIN], None),
    "customers:member_customers": (ADMINS_POST, ADMINS_OWN),
    "customers:list": (SETUP, None),
    "customers:profile": (OURS, None),
    "customers:profile_end": (
        [LOGIN, 403, 403, 200, 404, NEW, ADMIN],
        [LOGIN, 403, 403, 200, 404, NEW, ADMIN],
    ),
    "customers:step": (OURS, NO_GET),
    "customers:step_save": (BACK_TO_STEP, MEMBERS_SAVE),
    "customers:step_submit": (BACK_TO_STEP, MEMBERS),
    "customers:step_file_remove": (BACK_TO_STEP, [LOGIN, 403, 404, 404, 404, NEW, ADMIN]),
    "customers:step_document": (
        [LOGIN, 403, 403, 405, 405, NEW, ADMIN],
        [LOGIN, 403, 403, 404, 404, NEW, ADMIN],
    ),
    "customers:step_hand": (MEMBERS, MEMBERS_SAVE),
    "customers:step_details": (
        [LOGIN, 403, 403, 405, 405, NEW, ADMIN],
        [LOGIN, 403, 403, "/setup/", 404, NEW, ADMIN],
    ),
    "customers:submission": (OURS, NO_GET),
    "customers:upload": (OURS, NO_GET),
    "customers:review": (PUBLIC, [405] * 7),
    "customers:review_code": (["/v/"] * 7, PUBLIC),
    "customers:review_open": (["/v/"] * 7, PUBLIC),
    "customers:review_renew": (["/v/"] * 7, PUBLIC),
    "customers:review_approve": (["/v/"] * 7, ["/v/"] * 7),
    "customers:review_return": (["/v/"] * 7, ["/v/"] * 7),
    "customers:review_file": (PUBLIC, [405] * 7),
    "connections:requests": (SETUP, None),
    "connections:request": (OURS, None),
    "leaving:export": (ADMINS, [LOGIN, 403, 403, 405, 405, NEW, ADMIN]),
    "leaving:export_start": (
        [LOGIN, 403, 403, 405, 405, NEW, ADMIN],
        [LOGIN, 403, 403, "/company/export/", "/company/export/", NEW, ADMIN],
    ),
    "leaving:company_close": (ADMINS, ADMINS),
    "leaving:company_keep": (ADMINS_POST, [LOGIN, 403, 403, "/company/", "/company/", NEW, ADMIN]),
    "leaving:export_file": (ADMINS_OWN, [LOGIN, 403, 403, 405, 405, NEW, ADMIN]),
    "connections:search": (
        [LOGIN, 403, 200, 200, 200, NEW, ADMIN],
        [LOGIN, 403, 200, 200, 200, NEW, ADMIN],
    ),
    "connections:attempt": (MEMBERS, None),
    "connections:request_new": (MEMBERS, MEMBERS),
    "connections:captcha_code": ([LOGIN, 403, 405, 405, 405, NEW, ADMIN], MEMBERS),
    "connections:request_withdraw": (
        [LOGIN, 403, 405, 405, 405, NEW, ADMIN],
        [LOGIN, 403, "/setup/requests/", "/setup/requests/", 404, NEW, ADMIN],
    ),
    "connections:dismiss": (
        [LOGIN, 403, 405, 405, 405, NEW, ADMIN],
        [LOGIN, 403, 404, 404, 404, NEW, ADMIN],
    ),
    "connections:answer": (PUBLIC, [405] * 7),
    "connections:answer_accept": ([405] * 7, ["/r/"] * 7),
    "connections:answer_decline": ([405] * 7, PUBLIC),
    "connections:answer_report": ([405] * 7, ["/r/"] * 7),
    "connections:answer_mute": ([405] * 7, ["/r/"] * 7),
    "connections:answer_forward": (PUBLIC, PUBLIC),
    "connections:invitation_take": (
        ADMINS_POST,
        [LOGIN, 403, 403, "/setup/customers/", 404, NEW, ADMIN],
    ),
    "connections:invitation_open": (FREE_POST, [LOGIN, *[404] * 6]),
    "connections:invitation": (PUBLIC, [405] * 7),
    "connections:invitation_start": ([405] * 7, ["/accounts/signup/"] * 7),
    "connections:invitation_accept": ([405] * 7, ["/i/"] * 7),
    "connections:invitation_again": ([405] * 7, ["/i/"] * 7),
    "connections:invitation_forward": (PUBLIC, PUBLIC),
    "connections:invitation_admins": ([405] * 7, ["/i/"] * 7),
    "connections:not_us": (PUBLIC, ["/n/"] * 7),
}
ONE_RULE = (
    "admin",
    "account",
    "mfa",
    "usersessions",
)  # namespaces and prefixes that libraries guard


def named(resolver=None, namespace=""):
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from named(
                pattern, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            )
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield namespace + pattern.name


def test_every_address_has_a_row():
    names = {
        name for name in named() if not name.startswith(ONE_RULE) or name.startswith("accounts:")
    }
    assert names == set(MATRIX)
    assert {len(row) for rules in MATRIX.values() for row in rules if row} == {len(ROLES)}


@pytest.fixture
def people(ada, mia, vic, rob, rival, operator):
    nobody = make_user("nobody@lonely.example", "No Body", language="en")
    return dict(zip(ROLES, [None, vic, mia, ada, rob, nobody, operator], strict=True))


@pytest.fixture
def address(ada_at_acme, mia_at_acme, ada, acme, organon, now):
    waiting = make_customer("Waiting Inc.", contacts=["w@waiting.example"])
    asked = make_request(ada_at_acme, waiting, now=now)
    attempt = make_attempt(ada_at_acme, organon)
    profile = connect(ada_at_acme, make_customer("Connected Inc."), now=now)
    note = Notification.objects.create(
        user=ada,
        supplier=acme,
        kind="request_accepted",
        object_id=asked.pk,
        data={"customer": "Waiting Inc."},
    )
    step = make_step(profile.customer, "Papers", {"kind": "text", "is_required": False}, "file")
    paper = a_pdf()
    paper.content_type = "application/pdf"
    document = Document.add(acme, paper, "other", None, actor=ada, now=now)
    account = {"bank": "국민은행", "number": "123456", "holder": "ACME"}
    account = BankAccount.add(acme, account, actor=ada, now=now)
    export = Export.ask(acme, actor=ada, now=now)
    export.finish(ContentFile(b"PK"), now=now)
    question = step.questions.get(kind="file")
    upload = Upload.copy_of(document, profile=profile, question=question.pk, uploaded_by=ada)
    submission = StepAnswer.submit(
        profile, make_step(profile.customer), {}, [], version=0, actor=ada, now=now
    )
    invited = TeamInvitation.invite(ada_at_acme, "nora@acme.example", "member", now=now)
    _link, team = Link.issue("team", invited.pk, "nora@acme.example", asked.expires_at)
    joining = JoinRequest.ask(make_user("june@acme.example", "June Seo"), acme, now=now)
    mia_at_acme.refresh_from_db()
    profile.customer.contacts.create(email="rita@connected.example", reviews_setups=True)
    _link, review = Link.issue("review", profile.pk, "rita@connected.example", asked.expires_at)
    _link, token = Link.issue("request", asked.pk, "w@waiting.example", asked.expires_at)
    _link, not_us = Link.issue("not_us", asked.pk, "w@waiting.example", asked.expires_at)
    arguments = {
        "help_page": ["faq"],
        "stylesheet": [stylesheet.version()],
        "accounts:join": [acme.pk],
        "accounts:notification_open": [note.pk],
        "customers:member_customers": [mia_at_acme.key],
        "customers:profile": [profile.pk],
        "customers:profile_end": [profile.pk],
        "connections:attempt": [attempt.pk],
        "connections:request_new": [organon.pk],
        "connections:captcha_code": [organon.pk],
        "connections:dismiss": [organon.pk],
        "connections:request": [asked.pk],
        "connections:request_withdraw": [asked.pk],
        "connections:invitation_take": [profile.pk],
        "connections:not_us": [not_us],
        "leaving:export_file": [export.pk],
        "accounts:document": [document.pk],
        "accounts:document_remove": [document.pk],
        "customers:step_file_remove": [profile.pk, step.pk, uuid.uuid4()],
        "customers:step_document": [profile.pk, step.pk, uuid.uuid4()],
        "customers:submission": [profile.pk, submission.answer.step_id, 1],
        "customers:upload": [upload.pk],
        "customers:review_approve": [review, submission.pk],
        "customers:review_return": [review, submission.pk],
        "customers:review_file": [review, upload.pk],
    }
    arguments |= of("accounts", "invite_again invite_revoke", invited.pk)
    arguments |= of(
        "accounts",
        "member member_role member_deactivate member_reactivate",
        mia_at_acme.key,
    )
    arguments |= of("accounts", "join_accept join_decline join_withdraw", joining.pk)
    arguments |= of("accounts", "team_invitation team_start team_accept team_again", team)
    arguments |= of("accounts", "bank_replace bank_remove bank_main", account.pk)
    arguments |= of(
        "customers", "step step_save step_submit step_hand step_details", profile.pk, step.pk
    )
    arguments |= of("customers", "review review_code review_open review_renew", review)
    arguments |= of(
        "connections",
        "answer answer_accept answer_decline answer_report answer_mute answer_forward",
        token,
    )
    arguments |= invitation_arguments(organon, now)
    return lambda name: reverse(name, args=arguments.get(name, []))


def of(namespace, names, *arguments):
    """Return the same arguments for several addresses of a namespace."""
    return {f"{namespace}:{name}": list(arguments) for name in names.split()}


def invitation_arguments(customer, now):
    row = {
        "email": "n@newco.example",
        "company": "NewCo",
        "name": "",
        "language": "en",
        "message": "",
    }
    inviting = invitation_sending.send(customer, [row], now=now, actor=None)[0]
    _link, token = Link.issue("invitation", inviting.pk, inviting.email, inviting.expires_at)
    names = "invitation invitation_start invitation_accept invitation_again invitation_forward invitation_admins"
    return of("connections", names, token) | of("connections", "invitation_open", inviting.pk)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_gets_what_the_matrix_says(role, people, address, client_of):
    client = client_of(people[role]) if people[role] else Client()
    wrong = {}
    for name, rules in MATRIX.items():
        for method, expected in zip(("get", "post"), rules, strict=True):
            if expected is None:
                continue
            wanted, answer = expected[ROLES.index(role)], rolled_back(client, method, address(name))
            target = answer.headers.get("Location", "")
            if not (
                target.startswith(wanted)
                if isinstance(wanted, str)
                else answer.status_code == wanted
            ):
                wrong[name, method] = (answer.status_code, target, "expected", wanted)
    assert wrong == {}


def rolled_back(client, method, path):
    """Send a request and undo what it did, so that the next one finds everything untouched."""
    cookies = copy(client.cookies)
    untouched = transaction.atomic()
    # As the one around a test: limits refuse to be counted in any other.
    untouched._from_testcase = True
    with untouched:
        answer = getattr(client, method)(path)
        if answer.streaming:
            assert b"".join(answer.streaming_content)  # read to its end, a file is closed
        transaction.set_rollback(True)
    client.cookies = cookies
    return answer


@pytest.mark.parametrize(
    "name", ["customers:profile", "connections:attempt", "connections:request"]
)
def test_an_unknown_id_is_a_404(name, client_of, ada, acme):
    assert client_of(ada).get(reverse(name, args=[uuid.uuid4()])).status_code == 404


def test_a_thing_of_another_supplier_of_mine_offers_to_switch(
    client_of, ada, ada_at_acme, rival, organon
):
    rival.memberships.create(user=ada, role="viewer")
    asked = make_request(ada_at_acme, organon)
    client = client_of(ada)
    client.post(reverse("accounts:switch"), {"supplier": rival.pk})
    path = reverse("connections:request", args=[asked.pk])
    page = client.get(path)
    assert page.status_code == 404
    assert "This belongs to ACME Supplies" in page.content.decode()
    back = client.post(
        reverse("accounts:switch"), {"supplier": ada_at_acme.supplier_id, "next": path}
    )
    assert back["Location"] == path
    assert client.get(path).status_code == 200


def test_switching_follows_no_foreign_address(client_of, ada, acme):
    answer = client_of(ada).post(
        reverse("accounts:switch"), {"supplier": acme.pk, "next": "https://evil.example/"}
    )
    assert answer["Location"] == "/"


def test_a_deactivated_member_sees_nothing(client_of, mia, mia_at_acme):
    mia_at_acme.is_active = False
    mia_at_acme.save(update_fields=["is_active"])
    assert client_of(mia).get("/setup/requests/")["Location"] == "/company/new/"


def test_staff_without_a_second_factor_set_one_up_first(client_of, operator, settings):
    settings.STAFF_SECOND_FACTOR = True
    assert client_of(operator).get("/admin/")["Location"] == reverse("mfa_activate_totp")
