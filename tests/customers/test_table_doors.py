"""Every door that customers come by reads the same tables the same way, and refuses in the same words."""

from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from core import table_admin
from core.models import TableImport
from customers.models import Customer, CustomerContact, VendorRecord
from tests import tables
from tests.builders import make_customer

pytestmark = pytest.mark.django_db

IMPORT = "/admin/customers/customer/import/"


class AdminDoor:
    """The import page: a look first, then the button."""

    def __init__(self, client, model="customer"):
        self.client, self.model = client, model

    def bring(self, upload, **said):
        """Import a table; returns the words that refuse it, '' when it was imported."""
        page = self.client.post(
            reverse(f"admin:customers_{self.model}_import"), {"import_file": upload} | said
        )
        if "confirm_form" not in page.context:
            return " ".join(page.content.decode().split())
        done = reverse(f"admin:customers_{self.model}_process_import")
        assert self.client.post(done, page.context["confirm_form"].initial).status_code == 302
        return ""


class LongDoor:
    """The import page for a file that the worker checks and imports."""

    def __init__(self, client, run_jobs):
        self.client, self.run_jobs = client, run_jobs

    def bring(self, upload, **said):
        page = self.client.post(IMPORT, {"import_file": upload} | said)
        if page.status_code == 200:
            return " ".join(page.content.decode().split())
        self.run_jobs()
        table = TableImport.objects.get()
        if table.status == "refused":
            return " ".join(self.client.get(page.url).content.decode().split())
        self.client.post(f"/admin/core/tableimport/{table.pk}/confirm/")
        self.run_jobs()
        table.refresh_from_db()
        assert table.status == "done"
        return ""


class CommandDoor:
    def __init__(self, folder):
        self.folder = folder

    def bring(self, upload, **said):
        path = self.folder / upload.name
        path.write_bytes(upload.read())
        try:
            call_command("import_customers", path, stdout=StringIO(), **said)
        except CommandError as error:
            return str(error)
        return ""


@pytest.fixture(params=["admin", "long", "command"])
def door(request, client_of, operator, run_jobs, tmp_path, monkeypatch):
    if request.param == "command":
        return CommandDoor(tmp_path)
    if request.param == "admin":
        return AdminDoor(client_of(operator))
    monkeypatch.setattr(table_admin, "LONG", 0)
    return LongDoor(client_of(operator), run_jobs)


@pytest.fixture
def admin(client_of, operator):
    return AdminDoor(client_of(operator))


def names():
    return sorted(Customer.objects.values_list("name", flat=True))


@pytest.mark.parametrize("case", tables.TAKEN)
def test_what_spreadsheet_programs_save_is_taken_by_every_door(case, door):
    made, expected = tables.TAKEN[case]
    assert door.bring(made()) == ""
    assert names() == expected


@pytest.mark.parametrize("case", tables.REFUSED)
def test_what_can_not_be_taken_is_refused_in_the_same_words_by_every_door(case, door):
    made, words = tables.REFUSED[case]
    refusal = door.bring(made()).replace("&quot;", '"').replace("&#x27;", "'")
    assert words in refusal
    assert not Customer.objects.exists()


def test_an_encoding_is_not_guessed_both_readings_are_shown_and_one_is_chosen(door):
    refusal = door.bring(tables.of_two_readings())
    for encoding, sample in tables.SEVERAL.items():
        assert encoding in refusal
        assert sample in refusal
    assert not Customer.objects.exists()
    assert door.bring(tables.of_two_readings(), encoding="cp1252") == ""
    assert names() == ["Kohl’s", "McDonald’s"]


def test_the_command_names_its_switch(tmp_path):
    refusal = CommandDoor(tmp_path).bring(tables.of_two_readings())
    assert "--encoding cp949\n" in refusal
    assert "--encoding cp1252\n" in refusal


SIGNS = [
    "+Simple", "@properties", "=mc Consulting", "-Sumthing", "'Quoted' Inc", "'+Twice", "＋Full", "A+", "E.ON",
    "Yahoo!", "3M", "X", "7-11", "1955", "(주)한글과컴퓨터", "㈜카카오", "C&A", "L’Oréal", "شركة أرامكو", "株式会社リコー",
    "Toys “R” Us", "😀 Emoji GmbH", "👨‍👩‍👧 Family Ltd", "!!!", "Amazon.com, Inc.", "A|B",
]  # fmt: skip


@pytest.mark.parametrize("place", [0, 1])
def test_an_export_of_customers_imported_again_changes_nothing(place, admin):
    for name in SIGNS:
        make_customer(name, other_names=[f"+{name}"], external_number=f"N-{SIGNS.index(name)}")
    before = state()
    exported = exported_by(admin, "customerresource", place)
    assert admin.bring(exported) == ""
    assert state() == before


def state():
    customers = Customer.objects.order_by("pk").values()
    others = Customer.objects.order_by("names__pk").values_list("name", "names__name")
    return list(customers), list(others)


def exported_by(door, resource, place):
    fields = {
        "customerresource": "name external_number other_names country website domains city language is_listed takes_requests",
        "contactresource": "customer external_number country email name job_title language gets_requests is_published reviews_setups",
        "vendorresource": "customer external_number country name email tax_number",
    }[resource]  # fmt: skip
    chosen = {f"{resource}_{field}": "on" for field in fields.split()}
    page = door.client.post(
        reverse(f"admin:customers_{door.model}_export"), {"format": place, "resource": "0"} | chosen
    )
    return SimpleUploadedFile(f"export.{['csv', 'xlsx'][place]}", page.content)


@pytest.mark.parametrize("place", [0, 1])
def test_exports_of_contacts_and_vendors_imported_again_change_nothing(place, admin):
    customer = make_customer("=Hanbit", external_number="0012")
    customer.contacts.create(email="kim@hanbit.example", name="-Kim", is_published=True)
    record = VendorRecord(customer=customer, name="+Ace", tax_number="0123456789")
    record.prepare()
    record.save()
    before = list(CustomerContact.objects.values()), list(VendorRecord.objects.values())
    for model, resource in (
        ("customercontact", "contactresource"),
        ("vendorrecord", "vendorresource"),
    ):
        door = AdminDoor(admin.client, model)
        assert door.bring(exported_by(door, resource, place)) == ""
    assert (list(CustomerContact.objects.values()), list(VendorRecord.objects.values())) == before


def test_a_tax_number_keeps_the_digits_that_a_spreadsheet_writes_as_a_power(client_of, operator):
    make_customer("Walmart", country="US")
    upload = tables.floating(
        ["customer", "name", "email", "tax_number"],
        ["Walmart", "Float Vendor", "a@float-vendor.test", 1208147521],
        number=1208147521,
    )
    assert AdminDoor(client_of(operator), "vendorrecord").bring(upload) == ""
    assert VendorRecord.objects.get().tax_number == "1208147521"


@pytest.mark.parametrize(
    ("typed", "kept"), [("1.208147521E+09", "1208147521"), ("1,208147521e9", "1208147521")]
)
def test_a_power_in_a_text_is_taken_when_all_digits_are_there(typed, kept, client_of, operator):
    make_customer("Walmart", country="US")
    upload = tables.a_text("customer\tname\temail\ttax_number", f"Walmart\tAce\t\t{typed}")
    assert AdminDoor(client_of(operator), "vendorrecord").bring(upload) == ""
    assert VendorRecord.objects.get().tax_number == kept


def test_a_power_in_a_text_that_lost_its_digits_is_refused_by_its_line(client_of, operator):
    make_customer("Walmart", country="US")
    upload = tables.a_text("customer,name,email,tax_number", "Walmart,Ace,,1.20815E+09")
    refusal = AdminDoor(client_of(operator), "vendorrecord").bring(upload)
    assert "Line 2: tax_number: The spreadsheet has shortened this number" in refusal


def test_a_renamed_customer_is_the_same_by_its_external_number(door):
    make_customer("Hanbit", country="KR", external_number="0012")
    assert door.bring(tables.a_text("name,country,external_number", "Hanbit Foods,KR,0012")) == ""
    assert list(Customer.objects.values_list("name", "external_number")) == [
        ("Hanbit Foods", "0012")
    ]


def test_a_customer_without_a_number_gets_one_and_a_blank_cell_takes_none_away(door):
    make_customer("Hanbit", country="KR")
    make_customer("Acme", country="US", external_number="7")
    table = tables.a_text("name,country,외부 번호", "Hanbit,KR,0012", "Acme,US,")
    assert door.bring(table) == ""
    assert sorted(Customer.objects.values_list("name", "external_number")) == [
        ("Acme", "7"),
        ("Hanbit", "0012"),
    ]


@pytest.mark.parametrize(
    "row", ["Hanbit,KR,0013", "Acme,US,0012"], ids=["another number", "another's name"]
)
def test_two_customers_are_not_made_one(row, door):
    make_customer("Hanbit", country="KR", external_number="0012")
    make_customer("Acme", country="US", external_number="7")
    assert "Line 2: " in door.bring(tables.a_text("name,country,external_number", row))
    assert sorted(Customer.objects.values_list("name", "external_number")) == [
        ("Acme", "7"),
        ("Hanbit", "0012"),
    ]


def test_contacts_come_by_the_number_or_the_name_of_their_customer(client_of, operator):
    customer = make_customer("Hanbit", country="KR", external_number="0012")
    upload = tables.a_text(
        "고객,외부 번호,이메일,이름,언어,gets_requests",
        "Hanbit,, Kim@Hanbit.example\u200b,김,한국어,0",
        ",0012,mailto:lee@hanbit.example.,이,English,",
    )
    assert AdminDoor(client_of(operator), "customercontact").bring(upload) == ""
    kept = customer.contacts.order_by("email").values_list(
        "email", "name", "language", "gets_requests"
    )
    assert list(kept) == [
        ("kim@hanbit.example", "김", "ko", False),
        ("lee@hanbit.example", "이", "en", True),
    ]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("Hanbit,,one@a.example; two@a.example", "Line 2: email: "),
        (",99,kim@a.example", "No customer has the external number 99."),
        ("Hanbot,,kim@a.example", "No customer is called Hanbot."),
    ],
)
def test_a_contact_that_can_not_be_kept_is_named_by_its_line(row, words, client_of, operator):
    make_customer("Hanbit", country="KR", external_number="0012")
    upload = tables.a_text("customer,external_number,email", row)
    assert words in AdminDoor(client_of(operator), "customercontact").bring(upload)
    assert not CustomerContact.objects.exists()


def test_staff_without_the_right_to_change_contacts_import_none(client_of, operator):
    operator.is_superuser = False
    operator.save(update_fields=["is_superuser"])
    path = reverse("admin:customers_customercontact_import")
    assert client_of(operator).get(path).status_code == 403


def test_operators_find_a_customer_by_its_number(client_of, operator):
    make_customer("Hanbit", external_number="ERP-0012")
    make_customer("Acme")
    page = client_of(operator).get("/admin/customers/customer/?q=ERP-0012").content.decode()
    assert "Hanbit" in page
    assert "Acme" not in page


def test_the_button_pressed_twice_imports_once(client_of, operator):
    client = client_of(operator)
    page = client.post(IMPORT, {"import_file": tables.a_text("name,country", "Acme,US")})
    form = page.context["confirm_form"].initial
    for _press in range(2):
        client.post(reverse("admin:customers_customer_process_import"), form)
    assert names() == ["Acme"]
