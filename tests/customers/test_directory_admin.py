"""Imports and exports in the operator's admin: a dry run first, files as Korean Excel writes them."""

import io

import pytest
import tablib
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import AuditEntry
from customers.models import Customer, VendorRecord
from customers.search.find import find
from tests.builders import make_customer, make_request

ROWS = "name,country,city\r\n한솔제지,KR,서울\r\n대한전선,KR,당진\r\n"


@pytest.fixture
def admin(client_of, operator):
    return client_of(operator)


def dry_run(admin, model, content, name="list.csv"):
    upload = SimpleUploadedFile(name, content)
    return admin.post(reverse(f"admin:customers_{model}_import"), {"import_file": upload})


def confirm(admin, model, answer):
    form = answer.context["confirm_form"]
    return admin.post(reverse(f"admin:customers_{model}_process_import"), form.initial, follow=True)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
def test_customers_come_in_after_a_dry_run_in_any_korean_encoding(encoding, admin):
    answer = dry_run(admin, "customer", ROWS.encode(encoding))
    assert "한솔제지" in answer.content.decode()
    assert not Customer.objects.exists()
    confirm(admin, "customer", answer)
    assert set(Customer.objects.values_list("name", "city")) == {
        ("한솔제지", "서울"),
        ("대한전선", "당진"),
    }
    assert [one.name for one in find("한솔제지")] == ["한솔제지"]


def test_other_names_and_domains_come_in_and_go_out_and_are_only_added(admin):
    customer = make_customer(
        "한솔제지", other_names=["Hansol"], domains=["hansol.example"], city="서울"
    )
    row = "name,country,city,other_names,domains\r\n한솔제지,KR,서울,Hansol Paper | 한솔,mail.Hansol.example|hansol-paper.example\r\n"
    confirm(admin, "customer", dry_run(admin, "customer", row.encode()))
    assert {one.name for one in customer.names.all()} == {"Hansol", "Hansol Paper", "한솔"}
    assert {one.domain for one in customer.domains.all()} == {
        "hansol.example",
        "hansol-paper.example",
    }
    assert find("hansol paper") == [customer]
    chosen = {"customerresource_other_names": "on", "customerresource_domains": "on"}
    out = admin.post(
        reverse("admin:customers_customer_export"), {"format": "0", "resource": "0", **chosen}
    )
    assert '"Hansol|Hansol Paper|한솔","hansol-paper.example|hansol.example"' in out.content.decode(
        "utf-8-sig"
    )


def test_a_domain_that_is_nobodys_own_is_refused(admin):
    answer = dry_run(admin, "customer", b"name,country,domains\r\nHansol,KR,naver.com\r\n")
    assert "a domain of the company’s own" in answer.content.decode()
    assert not Customer.objects.exists()


def test_a_file_in_no_known_encoding_is_refused_with_words(admin):
    text = dry_run(admin, "customer", b"name\r\n\xff\xfe\x00\xfd").content.decode()
    assert "The text can’t be read in any encoding." in text
    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"name,country\r\n", "The file has no rows."), (b"name\r\nHansol\r\n", "The first line must name the columns: name, country."),
     (b"%PDF-1.4", "The file can’t be read as CSV or XLSX.")],
)  # fmt: skip
def test_a_file_that_is_no_table_is_refused_in_our_words(content, words, admin):
    data = {"import_file": SimpleUploadedFile("list.csv", content)}
    page = admin.post(reverse("admin:customers_customer_import"), data).content.decode()
    assert words in page
    assert "Traceback" not in page


def test_a_bad_row_is_shown_by_its_line_and_nothing_comes_in(admin):
    answer = dry_run(
        admin, "customer", b"name,country\r\nGood Inc.,KR\r\nBad www.evil.example,KR\r\n"
    )
    assert "Line 3: name: Remove the web address" in " ".join(answer.content.decode().split())
    assert "confirm_form" not in answer.context
    assert not Customer.objects.exists()


def test_a_vendor_list_comes_in_ready_to_match(admin, organon):
    content = "customer,name,email,tax_number\r\nOrganon,에이스,x@Mail.Acme.example,120-81-47521\r\n".encode(
        "cp949"
    )
    confirm(admin, "vendorrecord", dry_run(admin, "vendorrecord", content))
    record = VendorRecord.objects.get()
    assert record.domain == "acme.example"
    assert record.tax_number == "1208147521"


def test_the_same_vendor_list_changes_nothing_the_second_time(admin, organon):
    content = b"customer,name,email,tax_number\r\nOrganon,Ace,Sales@Acme.example,120-81-47521\r\n"
    for _month in range(2):
        confirm(admin, "vendorrecord", dry_run(admin, "vendorrecord", content))
    record = VendorRecord.objects.get()
    assert record.email == "sales@acme.example"
    assert record.tax_number == "1208147521"


def test_a_vendor_list_tells_customers_of_the_same_name_apart_by_country(admin, organon):
    korean = make_customer("Organon", country="KR")
    rows = b"customer,country,name,email,tax_number\r\nOrganon,KR,Ace,,1\r\n"
    assert (
        "Several customers are called Organon."
        in dry_run(admin, "vendorrecord", rows.replace(b",KR,", b",,")).content.decode()
    )
    confirm(admin, "vendorrecord", dry_run(admin, "vendorrecord", rows))
    assert VendorRecord.objects.get().customer == korean


def test_a_vendor_list_of_an_unknown_customer_is_refused_with_words(admin, organon):
    rows = b"customer,name,email,tax_number\r\nOrganon,Ace,,1\r\nOrganom,Ace,,1\r\n"
    answer = dry_run(admin, "vendorrecord", rows)
    assert "No customer is called Organom." in answer.content.decode()
    assert "confirm_form" not in answer.context


def test_an_extra_request_is_recorded_and_moves_nothing_else(admin, ada_at_acme, organon, operator):
    profile = make_request(ada_at_acme, organon).profile
    path = reverse("admin:customers_customerprofile_change", args=[profile.pk])
    admin.post(path, {"extra_requests": "2"})
    profile.refresh_from_db()
    entry = AuditEntry.objects.get(kind="requests_allowed")
    assert profile.extra_requests == 2
    assert profile.stage == "requested"
    assert entry.actor == operator
    assert entry.data["extra"] == 2
    admin.post(path, {"extra_requests": "2"})
    assert AuditEntry.objects.filter(kind="requests_allowed").count() == 1


def test_an_export_reads_in_excel(admin):
    make_customer("한솔제지")
    data = {"format": "0", "resource": "0", "customerresource_name": "on"}
    content = admin.post(reverse("admin:customers_customer_export"), data).content
    assert content == '\ufeff"name"\r\n"한솔제지"\r\n'.encode()


@pytest.mark.parametrize("place", [0, 1])
def test_an_export_holds_no_formula(place, admin, organon):
    said = ["+cmd|x", "-2+3", "==1+1", "@SUM(1+1)", "＝cmd"]
    VendorRecord.objects.bulk_create(VendorRecord(customer=organon, name=name) for name in said)
    data = {"format": place, "resource": "0", "vendorresource_name": "on"}
    content = admin.post(reverse("admin:customers_vendorrecord_export"), data).content
    text = io.BytesIO(content) if place else content.decode("utf-8-sig")
    table = tablib.Dataset().load(text, format="xlsx" if place else "csv")
    assert sorted(table["name"]) == sorted(f"'{name}" for name in said)


def rows(prefix, *typed):
    """New rows of one table of the customer's page, as its form sends them."""
    data = {f"{prefix}-TOTAL_FORMS": len(typed), f"{prefix}-INITIAL_FORMS": 0}
    return data | {
        f"{prefix}-{place}-{name}": said
        for place, one in enumerate(typed)
        for name, said in one.items()
    }


@pytest.mark.parametrize(
    ("prefix", "first", "second"),
    [
        ("domains", {"domain": "hansol.example"}, {"domain": "mail.Hansol.example"}),
        ("contacts", {"email": "One@hansol.example"}, {"email": "one@hansol.example"}),
        ("vendors", {"name": "Ace", "tax_number": "1-2"}, {"name": "Ace", "tax_number": "12"}),
        (
            "vendors",
            {"name": "Ace", "email": "A@ace.example"},
            {"name": "Ace", "email": "a@ace.example"},
        ),
    ],
)
def test_rows_that_are_equal_once_tidied_are_named(prefix, first, second, admin):
    customer = make_customer("한솔제지")
    data = {"name": customer.name, "country": "KR", "language": ""}
    for table in ("names", "domains", "contacts", "vendors"):
        data |= rows(table, *([first, second] if table == prefix else []))
    answer = admin.post(reverse("admin:customers_customer_change", args=[customer.pk]), data)
    assert "Please correct the duplicate" in answer.content.decode()
    assert not getattr(customer, prefix).exists()
