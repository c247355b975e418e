import pytest
from django.urls import reverse

from customers.models import CustomerProfile
from tests.builders import make_customer, make_user


@pytest.fixture
def customers(ada_at_acme, mia_at_acme, now):
    # Mia works on Organon and Mirae; Vic, when he is limited, on Mirae.
    profiles = [
        CustomerProfile.locked(ada_at_acme.supplier, make_customer(name))
        for name in ("Organon", "Mirae Display")
    ]
    for profile in profiles:
        profile.connect(now)
    mia_at_acme.sees_all_customers = False
    mia_at_acme.save(update_fields=["sees_all_customers"])
    mia_at_acme.profiles.set(profiles)
    return profiles


def team(client):
    return client.get(reverse("accounts:team")).content.decode()


def table(page):
    """The people who work here; the menu above it names the reader."""
    return page.partition("<table")[2].partition("</table>")[0]


def test_everybody_reads_who_works_here_in_which_role(client_of, vic, mia, ada):
    people = table(team(client_of(vic)))
    for words in (
        "Ada Kim",
        "Mia Lee",
        "Vic Park",
        "Viewer",
        "Member",
        "Admin",
        "mia@acme.example",
    ):
        assert words in people


def test_deactivated_people_are_listed_to_admins_only_and_those_of_others_to_nobody(
    client_of, ada, vic, mia, mia_at_acme, rob, rival
):
    mia_at_acme.is_active = False
    mia_at_acme.save(update_fields=["is_active"])
    page = team(client_of(ada))
    assert "Ada Kim" in table(page)
    assert "Mia Lee" not in table(page)
    assert "Rob Choi" not in page
    assert "Mia Lee" in page.partition("No longer working here")[2]
    assert "Mia Lee" not in team(client_of(vic))


def test_whoever_is_limited_to_some_customers_is_shown_with_them(client_of, ada, customers):
    page = team(client_of(ada))
    assert "Organon" in page
    assert "Mirae Display" in page


def test_a_limited_reader_learns_no_customer_from_the_list(client_of, vic, vic_at_acme, customers):
    vic_at_acme.sees_all_customers = False
    vic_at_acme.save(update_fields=["sees_all_customers"])
    vic_at_acme.profiles.set(customers[1:])
    page = team(client_of(vic))
    assert "Organon" not in page
    assert "Mirae Display" in page


def test_a_long_list_has_pages(client_of, ada, acme):
    for number in range(60):
        acme.memberships.create(user=make_user(f"p{number}@acme.example", f"Person {number}"))
    client = client_of(ada)
    assert "Person 59" not in team(client)
    assert "Person 59" in client.get(reverse("accounts:team") + "?page=2").content.decode()
