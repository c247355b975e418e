"""Budgets and promises of every signed-in page."""

import gzip
import logging
import re
from copy import copy
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

import accounts.urls
import connections.urls
import customers.urls
from accounts.models import BankAccount, Document, Notification, notify
from connections.models import ConnectionRequest
from core.logs import LINK_PATHS, CutTokens
from core.mail import send
from core.middleware import HistoryContextMiddleware
from core.models import Mail
from customers.models import Customer, CustomerProfile
from portal import health, stylesheet
from tests.builders import connect, make_customer, make_request
from tests.files import a_pdf
from tests.tree import ROOT

STATIC = ROOT / "static"
PAGES = [
    "home",
    "customers:list",
    "connections:requests",
    "connections:search",
    "accounts:notifications",
    "accounts:team",
    "accounts:company",
    "accounts:account",
    "accounts:activity",
    "accounts:preferences",
    "leaving:export",
    "leaving:company_close",
]


def fill(membership, numbers):
    """Make for each number a connection, a waiting and a declined request, a suggestion and a notification."""
    for number in numbers:
        connect(membership, make_customer(f"Connected {number}"))
        make_request(membership, make_customer(f"Waiting {number}"))
        make_request(membership, make_customer(f"Declined {number}"), days_ago=40).expire(
            now=timezone.now()
        )
        account = {"bank": "국민은행", "number": f"12345{number}", "holder": "ACME"}
        BankAccount.add(membership.supplier, account, actor=membership.user, now=timezone.now())
        paper = a_pdf()
        paper.content_type = "application/pdf"
        Document.add(
            membership.supplier, paper, "other", None, actor=membership.user, now=timezone.now()
        )
        suggested = make_customer(f"Suggested {number}")
        suggested.vendors.create(name="ACME", email="x@acme.example", domain="acme.example")
        notify(
            membership.supplier,
            "request_accepted",
            about=suggested,
            users=[membership.user],
            at=timezone.now(),
            customer="X",
        )


def queries(client, path):
    client.get(path)  # the session's first page of the day is allowed to write
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(path).status_code == 200
    return [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]


def test_a_page_does_at_most_nine_queries_whatever_the_data_grows_to(
    ada_at_acme, client_of, settings
):
    settings.PORTAL_REQUESTS_A_DAY = 1000
    client = client_of(ada_at_acme.user)
    fill(ada_at_acme, range(1))
    few = {name: queries(client, reverse(name)) for name in PAGES}
    fill(ada_at_acme, range(1, 4))
    many = {name: queries(client, reverse(name)) for name in PAGES}
    assert {
        name: asked for name, asked in many.items() if not len(few[name]) == len(asked) <= 9
    } == {}


def test_a_thousand_rows_ask_no_more(ada_at_acme, client_of, settings):
    """The rows are copied in bulk from one of each kind; a page shows as many as it always does."""
    settings.PORTAL_REQUESTS_A_DAY = 1000
    fill(ada_at_acme, range(1))
    client = client_of(ada_at_acme.user)
    before = {name: len(queries(client, reverse(name))) for name in PAGES}
    multiply(ada_at_acme.supplier, 1000)
    assert {name: len(queries(client, reverse(name))) for name in PAGES} == before


def multiply(supplier, number):
    """Make this number of customers, profiles, requests and notifications, all like those that are there."""
    customers = [Customer(name=f"Copy {place}", country="KR") for place in range(number)]
    Customer.objects.bulk_create(customers)
    profiles = {
        stage: supplier.profiles.filter(stage=stage).first() for stage in ("connected", "requested")
    }
    copies = []
    for place, customer in enumerate(customers):
        one = copy(profiles["connected" if place % 2 else "requested"])
        one.pk, one.customer = uuid4(), customer
        copies.append(one)
    CustomerProfile.objects.bulk_create(copies)
    pending = supplier.requests.filter(status="pending").first()
    requests = []
    for profile in copies[::2]:
        one = copy(pending)
        one.pk, one.profile, one.customer = uuid4(), profile, profile.customer
        requests.append(one)
    ConnectionRequest.objects.bulk_create(requests)
    note = supplier.notifications.first()
    notes = []
    for _place in range(number):
        one = copy(note)
        one.pk = uuid4()
        notes.append(one)
    Notification.objects.bulk_create(notes)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as autovacuum does; rolled back with the test


def test_a_first_visit_loads_at_most_20_kb_of_css_and_javascript():
    texts = [stylesheet.text().encode(), *(path.read_bytes() for path in STATIC.glob("js/*.js"))]
    assert sum(len(gzip.compress(text)) for text in texts) <= 20_000


def test_the_stylesheet_holds_every_component_once_and_the_operators_colour(settings):
    assert sorted(stylesheet.FILES) == sorted(path.stem for path in STATIC.glob("css/*.css"))
    address = reverse("stylesheet", args=[stylesheet.version()])
    answer = Client(headers={"accept-encoding": "gzip"}).get(address)
    css = gzip.decompress(answer.content).decode()
    assert css.index("@layer tokens, base") < css.index(f"--brand: {settings.BRAND_COLOUR};")
    assert "immutable" in answer["Cache-Control"]


def test_a_page_asks_for_one_stylesheet(client):
    assert client.get("/accounts/login/").content.decode().count('rel="stylesheet"') == 1


@pytest.mark.parametrize("path", ["/accounts/login/", "/help/", "/privacy/"])
def test_pages_carry_a_strict_policy_and_ask_no_third_party(path, db):
    answer = Client().get(path)
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert 'src="http' not in answer.content.decode()


def test_signed_in_pages_are_kept_by_no_cache(client_of, ada, acme):
    assert client_of(ada).get("/")["Cache-Control"] == "no-store, private"


def test_logging_out_leaves_no_page_in_the_browser(client_of, ada, acme):
    client = client_of(ada)
    assert "Clear-Site-Data" not in client.get("/").headers
    assert client.post(reverse("account_logout")).headers["Clear-Site-Data"] == '"cache"'


def test_readiness_tells_of_worker_and_mail_without_taking_the_web_out(db):
    answer = Client().get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["worker"] == "silent"
    assert answer.json()["migrations"] == "ok"


@pytest.fixture
def fresh_process(db):
    """A process that has not yet found all migrations done."""
    health._refuse_missing_migrations.cache_clear()
    yield
    health._refuse_missing_migrations.cache_clear()


def test_readiness_is_503_with_migrations_to_do(fresh_process):
    newest = MigrationLoader(connection).graph.leaf_nodes("connections")[0]
    MigrationRecorder(connection).record_unapplied(*newest)
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["migrations"] == "missing"
    MigrationRecorder(connection).record_applied(*newest)
    assert Client().get("/readyz").json()["migrations"] == "ok"


def test_a_process_looks_for_migrations_until_all_are_done(fresh_process):
    found = []
    for _call in range(2):
        with CaptureQueriesContext(connection) as captured:
            Client().get("/readyz")
        found.append(
            any("django_migrations" in query["sql"] for query in captured.captured_queries)
        )
    assert found == [True, False]


def test_readiness_is_503_without_the_database(db, settings):
    with connection.execute_wrapper(refuse):
        answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"database": "unreachable"}


def refuse(execute, sql, params, many, context):
    raise OperationalError("the server closed the connection")


def test_late_mail_is_told(db, now):
    send("captcha_code", "a@acme.example", "en", code="123456", minutes=10)
    Mail.objects.update(created_at=now - timedelta(minutes=11))
    answer = Client().get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["mail"] == "late"


def test_mail_for_today_is_not_late_the_moment_it_may_go_out(db, now):
    send(
        "captcha_code",
        "a@acme.example",
        "en",
        code="123456",
        minutes=10,
        not_before=now - timedelta(minutes=9),
    )
    Mail.objects.update(created_at=now - timedelta(days=1))
    assert Client().get("/readyz").json()["mail"] == "ok"
    Mail.objects.update(not_before=now - timedelta(minutes=11))
    assert Client().get("/readyz").json()["mail"] == "late"


def test_health_needs_no_database():
    assert Client().get("/healthz").json() == {"process": "ok"}


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize(
    "slug", ["how-to-connect", "how-to-register", "customer-setup", "adding-users", "faq"]
)
def test_help_reads_in_both_languages_with_the_settings_numbers(slug, language, settings):
    settings.PORTAL_SEARCHES_A_DAY = 77
    page = Client(headers={"accept-language": language}).get(f"/help/{slug}/").content.decode()
    prose = page.partition("<article")[2].partition("</article>")[0]
    assert f'<html lang="{language}">' in page
    assert "PORTAL_" not in page
    assert ("77" in prose) == (slug in ("how-to-connect", "faq"))


def title(page):
    found = re.search("<title>(.*?)</title>", page.content.decode(), re.DOTALL)
    return " ".join(found[1].split())


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("/help/faq/", "Frequently asked questions"),
        ("/privacy/", "Privacy notice"),
        ("/terms/", "Terms of use"),
        ("/accessibility/", "Accessibility"),
    ],
)
def test_a_page_of_prose_is_titled_by_its_heading(path, heading, db):
    assert title(Client().get(path)) == f"{heading} – Supplier Portal"


@pytest.mark.parametrize(
    ("language", "heading"), [("en", "Who answers for it"), ("ko", "개인정보 보호책임자")]
)
def test_the_privacy_notice_names_who_answers_for_it_or_else_the_operator(
    language, heading, settings, db
):
    named = re.compile(f"{heading}</h2>\\s*<p>\\s*(.+?), support@")
    client = Client(headers={"accept-language": language})
    assert named.search(client.get("/privacy/").content.decode())[1] == settings.OPERATOR_NAME
    settings.PRIVACY_OFFICER = "Kim Haneul"
    assert named.search(client.get("/privacy/").content.decode())[1] == "Kim Haneul"


def test_an_error_is_said_once_in_the_title_and_names_what_is_missing(client_of, ada, acme):
    page = client_of(ada).post(reverse("accounts:invite"), {"email": "", "role": "member"})
    assert title(page) == "Error: Team members – Supplier Portal"
    page = client_of(ada).post(reverse("accounts:company_edit"), {"name": ""})
    assert page.content.decode().count("Answer this: Registered name") == 2


def test_who_chose_no_language_is_written_to_in_that_of_their_browser(client_of, ada, acme):
    ada.language = ""
    ada.save(update_fields=["language"])
    for language in ("ko", "en"):
        client = client_of(ada)
        client.get("/", headers={"accept-language": language})
        ada.refresh_from_db()
        assert ada.mail_language == language
        assert ada.language == ""


def test_the_language_of_a_person_is_kept(client_of, ada, acme):
    client = client_of(ada)
    client.post("/language/", {"language": "ko", "next": "/"})
    ada.refresh_from_db()
    assert ada.language == "ko"
    assert '<html lang="ko">' in client.get("/").content.decode()


def test_history_keeps_no_token():
    request = RequestFactory().get("/t/secret-token/accept/")
    request.user = AnonymousUser()
    middleware = HistoryContextMiddleware(lambda request: None)
    assert middleware.get_context(request)["url"] == "/t/…/accept/"


@pytest.mark.parametrize(
    ("path", "cut"),
    [
        ("/r/secret-token/accept/", "/r/…/accept/"),
        ("/i/secret%2Dtoken", "/i/…"),
        ("/accounts/password/reset/key/3-abc-123/", "/accounts/password/reset/key/…/"),
        ("/accounts/signup/?next=%2Fi%2Fsecret-token%2F", "/accounts/signup/?next=%2Fi%2F…%2F"),
        (
            "/accounts/login/?next=%2ft%2fsecret-token%2faccept%2f&a=b",
            "/accounts/login/?next=%2ft%2f…%2faccept%2f&a=b",
        ),
    ],
)
def test_tokens_are_cut_out_of_the_log(path, cut, caplog, db):
    record = logging.LogRecord("x", 30, "", 0, "Not Found: %s", (path,), None)
    CutTokens().filter(record)
    assert record.getMessage() == f"Not Found: {cut}"


def test_every_address_with_a_token_is_known_to_the_log_and_to_caches():
    paths = [
        str(one.pattern)
        for app in (accounts, customers, connections)
        for one in app.urls.urlpatterns
    ]
    assert {f"/{path.partition('<token:')[0]}" for path in paths if "<token:" in path} == set(
        LINK_PATHS
    )
