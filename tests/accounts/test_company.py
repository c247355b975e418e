"""The company page, and the actions of the operator on a company."""

import pytest
from django.urls import reverse

from accounts.models import AuditEntry, Supplier
from core.models import Mail
from core.states import AlreadyDecided

EDIT = "/company/edit/"
DETAILS = {
    "name": "ACME Supplies",
    "country": "KR",
    "registration_number": "1208147521",
    "website": "acme.example",
}
FORMSET = {
    f"memberships-{name}": "0"
    for name in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS", "MAX_NUM_FORMS")
}


@pytest.fixture
def client(client_of, ada, acme):
    return client_of(ada)


def test_everybody_reads_what_a_customer_sees_and_from_when_on(client_of, vic, acme):
    acme.address = "12 Teheran-ro"
    acme.save(update_fields=["address"])
    page = client_of(vic).get(reverse("accounts:company")).content.decode()
    assert "A customer sees name, registration and address from a request on" in page
    assert "12 Teheran-ro" in page
    assert EDIT not in page


def test_an_admin_edits_the_details_and_it_is_recorded(client, ada, acme, now):
    acme.verify_number("", now=now, actor=ada)
    assert client.post(EDIT, DETAILS)["Location"] == reverse("accounts:company")
    acme.refresh_from_db()
    assert acme.registration_number == "120-81-47521"
    assert acme.website == "https://acme.example"
    assert acme.registration_verified_at is None
    entry = AuditEntry.objects.get(kind="company_changed")
    assert entry.actor == ada
    assert entry.data == {"fields": ["registration_number", "website"]}


@pytest.mark.parametrize("column", ["registration_number", "country"])
def test_a_changed_number_or_country_is_no_longer_verified(column, ada, acme, now):
    acme.verify_number(acme.registration_number, now=now, actor=ada)
    acme.change_details([column], now=now, actor=ada)
    acme.refresh_from_db()
    assert acme.registration_verified_at is None


def test_the_same_number_in_another_way_of_writing_stays_verified(client, ada, acme, now):
    acme.registration_number = "120-81-47521"
    acme.save(update_fields=["registration_number"])
    acme.verify_number("120-81-47521", now=now, actor=ada)
    client.post(EDIT, DETAILS | {"website": ""})
    acme.refresh_from_db()
    assert acme.registration_verified_at == now
    assert not AuditEntry.objects.filter(kind="company_changed").exists()


def test_an_edit_from_an_older_page_does_not_verify_a_number_that_changed_meanwhile(acme, ada, now):
    acme.registration_number = "120-81-47521"
    acme.save(update_fields=["registration_number"])
    acme.verify_number("120-81-47521", now=now, actor=ada)
    older, newer = Supplier.objects.get(), Supplier.objects.get()
    newer.registration_number = "999-99-99999"
    newer.change_details(["registration_number"], now=now, actor=ada)
    older.address = "12 Teheran-ro"
    older.change_details(["address"], now=now, actor=ada)
    acme.refresh_from_db()
    assert acme.registration_number == "999-99-99999"
    assert acme.registration_verified_at is None
    assert acme.address == "12 Teheran-ro"


def test_the_operator_verifies_the_number_that_the_page_showed(client_of, operator, acme):
    acme.registration_number = "120-81-47521"
    acme.save(update_fields=["registration_number"])
    browser, path = client_of(operator), reverse("admin:accounts_supplier_changelist")
    data = {"action": "verify_number", "_selected_action": str(acme.pk)}
    assert 'value="120-81-47521"' in browser.post(path, data).content.decode()
    stale = browser.post(
        path, data | {"apply": "1", str(acme.pk): "999-99-99999"}, follow=True
    ).content.decode()
    assert "ACME Supplies has changed its number. Check the new one." in stale
    acme.refresh_from_db()
    assert acme.registration_verified_at is None
    browser.post(path, data | {"apply": "1", str(acme.pk): "120-81-47521"})
    acme.refresh_from_db()
    assert acme.registration_verified_at is not None
    assert AuditEntry.objects.get(kind="number_verified").data == {"number": "120-81-47521"}


def test_what_the_operator_edits_is_recorded_and_a_changed_number_is_checked_anew(
    client_of, operator, acme, now
):
    acme.registration_number = "120-81-47521"
    acme.save(update_fields=["registration_number"])
    acme.verify_number("120-81-47521", now=now, actor=operator)
    path = reverse("admin:accounts_supplier_change", args=[acme.pk])
    form = FORMSET | {
        "name": "ACME Supplies",
        "country": "KR",
        "registration_number": "120-81-47521",
    }
    client = client_of(operator)
    client.post(path, form | {"searches_a_day": "99"})
    acme.refresh_from_db()
    assert acme.searches_a_day == 99
    assert acme.registration_verified_at == now
    client.post(path, form | {"searches_a_day": "99", "registration_number": "2208123455"})
    acme.refresh_from_db()
    assert acme.registration_number == "220-81-23455"
    assert acme.registration_verified_at is None
    kinds = (
        AuditEntry.objects.filter(actor=operator)
        .order_by("at")
        .values_list("kind", "audience", "data")
    )
    assert list(kinds)[1:] == [
        ("searches_allowed", "operator", {"number": 99}),
        ("company_changed", "supplier", {"fields": ["registration_number"]}),
    ]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("registration_number", "1208147522", "The last digit does not fit the others."),
        ("registration_number", "120\u202e", "Remove the invisible or control characters."),
        ("address", "see www.evil.example", "Remove the web address"),
    ],
)
def test_the_operator_cannot_write_what_an_admin_cannot_either(
    field, value, words, client_of, operator, acme
):
    form = FORMSET | {"name": "ACME Supplies", "country": "KR", field: value}
    path = reverse("admin:accounts_supplier_change", args=[acme.pk])
    assert words in client_of(operator).post(path, form).content.decode()
    acme.refresh_from_db()
    assert getattr(acme, field) == ""


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("registration_number", "123", "must have 10 digits. You entered 3."),
        ("registration_number", "1208147522", "The last digit does not fit the others."),
        ("name", "", "Answer this: Registered name"),
        ("name", "www.evil.example", "Remove the web address"),
        ("registration_number", "120\u202e", "Remove the invisible or control characters."),
        ("address", "see www.evil.example", "Remove the web address"),
        ("address", "a\u202eb", "Remove the invisible or control characters."),
        ("website", "not an address", "Enter a valid URL."),
        ("country", "XX", "Select a valid choice."),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_changes_nothing(
    field, value, words, client, acme
):
    page = client.post(EDIT, DETAILS | {"representative": "Kim Ada", field: value}).content.decode()
    assert f'id="id_{field}_error"' in page
    assert words in page
    assert 'value="Kim Ada"' in page
    assert "ACME Supplies" in page  # the head of the page shows what is saved
    acme.refresh_from_db()
    assert acme.name == "ACME Supplies"
    assert acme.representative == ""


def test_fields_that_are_not_in_the_form_are_not_changed_by_it(client, acme):
    client.post(EDIT, DETAILS | {"searches_a_day": "1000", "suspended_because": "x"})
    acme.refresh_from_db()
    assert acme.searches_a_day is None
    assert acme.suspended_because == ""


def test_suspension_is_done_once_with_a_reason_and_mailed_to_the_admins(acme, mia, operator, now):
    acme.suspend("test", now=now, actor=operator)
    with pytest.raises(AlreadyDecided):
        acme.suspend("again", now=now, actor=operator)
    letter = Mail.objects.get()
    assert letter.to == "ada@acme.example"
    assert letter.name == "supplier_suspended"
    assert letter.subject == "ACME Supplies: searching and requesting are paused"
    assert AuditEntry.objects.get(kind="supplier_suspended").data == {"reason": "test"}


def test_lifting_the_suspension_is_mailed_and_makes_older_reports_not_count(acme, operator, now):
    acme.suspend("test", now=now, actor=operator)
    acme.lift_suspension("looked at", now=now, actor=operator)
    acme.refresh_from_db()
    assert not acme.is_suspended
    assert acme.suspended_because == ""
    assert acme.reports_count_from == now
    assert list(Mail.objects.order_by("created_at").values_list("name", flat=True)) == [
        "supplier_suspended",
        "suspension_lifted",
    ]
