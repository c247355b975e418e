from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from customers.models import Customer, CustomerDomain
from customers.search.find import find

pytestmark = pytest.mark.django_db

HEAD = "name,other_names,country,website,domains\n"


def load(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "customers.csv"
    path.write_bytes((HEAD + text).encode(encoding))
    out = StringIO()
    call_command("import_customers", path, stdout=out)
    return out.getvalue().strip()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
def test_rows_become_customers_that_are_found(encoding, tmp_path):
    assert (
        load(
            tmp_path,
            "한빛식품,Hanbit Foods,KR,https://hanbit.example/,mail.hanbit.example\n",
            encoding,
        )
        == "1 customers added, 0 updated."
    )
    customer = Customer.objects.get()
    assert customer.is_listed
    assert customer.takes_requests
    assert find("hanbit") == [customer]
    assert CustomerDomain.objects.get().domain == "hanbit.example"


def test_the_same_name_and_country_is_updated_and_nothing_is_deleted(tmp_path):
    load(tmp_path, "Hanbit,One,KR,,a.example\n")
    assert (
        load(tmp_path, "Hanbit,Two,KR,https://new.example/,b.example\n")
        == "0 customers added, 1 updated."
    )
    customer = Customer.objects.get()
    assert sorted(name.name for name in customer.names.all()) == ["One", "Two"]
    assert sorted(domain.domain for domain in customer.domains.all()) == ["a.example", "b.example"]
    assert customer.website == "https://new.example/"


def test_the_same_name_in_another_country_is_another_customer(tmp_path):
    load(tmp_path, "Hanbit,,KR,,\n")
    assert load(tmp_path, "Hanbit,,US,,\n") == "1 customers added, 0 updated."
    assert sorted(Customer.objects.values_list("country", flat=True)) == ["KR", "US"]


def test_a_customer_that_stands_twice_in_a_file_is_one_with_both_names(tmp_path):
    assert load(tmp_path, "Hanbit,One,KR,,\nHanbit,Two,KR,,\n") == "1 customers added, 1 updated."
    assert sorted(name.name for name in Customer.objects.get().names.all()) == ["One", "Two"]


def test_an_update_lists_nobody_again_and_an_empty_cell_erases_nothing(tmp_path):
    load(tmp_path, "Hanbit,,KR,https://hanbit.example/,\n")
    Customer.objects.update(is_listed=False, takes_requests=False)
    load(tmp_path, "Hanbit,,KR,,\n")
    customer = Customer.objects.get()
    assert not customer.is_listed
    assert not customer.takes_requests
    assert customer.website == "https://hanbit.example/"


@pytest.mark.parametrize(
    ("row", "words"),
    [(",x,KR,,", "Line 3: The name is missing."), ("A,,XX,,", "Line 3: XX is not a country"), ("A,,KR,nope,", "Line 3: Enter a valid URL"),
     ("A,,KR,,naver.com", "Line 3: naver.com is not the company"), ("www.evil.example,,KR,,", "Line 3: Remove the web address")],
)  # fmt: skip
def test_a_bad_row_stops_the_whole_file_and_is_named_by_its_line(row, words, tmp_path):
    with pytest.raises(CommandError, match=words):
        load(tmp_path, f"Good,,KR,,\n{row}\n")
    assert not Customer.objects.exists()


def test_unknown_columns_are_named(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("nome,land\nA,KR\n")
    with pytest.raises(CommandError, match="must name the columns"):
        call_command("import_customers", path)
