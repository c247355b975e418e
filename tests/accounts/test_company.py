import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.domains import company_domain, is_free_mail, registrable
from accounts.models import AuditEntry, Notification, Supplier, SupportRequest, notify
from accounts.numbers import clean_registration_number
from portal.models import Mail
from portal.states import AlreadyDecided
from tests.builders import make_user

DETAILS = {"name": "ACME Supplies", "country": "KR", "registration_number": "1208147521", "website": "acme.example"}


@pytest.mark.parametrize(
    ("number", "country", "expected"),
    [("120-81-47521", "KR", "120-81-47521"), ("2208162517", "KR", "220-81-62517"), ("", "KR", ""), ("12-X", "US", "12-X"),
     ("DE136695976", "DE", "136695976")],
)  # fmt: skip
def test_numbers_are_written_as_their_country_does(number, country, expected):
    assert clean_registration_number(number, country) == expected


@pytest.mark.parametrize(
    ("number", "country"), [("220-81-62518", "KR"), ("120-81-4752", "KR"), ("DE136695977", "DE"), ("٣", "KR")]
)
def test_a_wrong_number_is_refused(number, country):
    with pytest.raises(ValidationError):
        clean_registration_number(number, country)


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("mail.organon.co.kr", "organon.co.kr"),
        ("Organon.Example.", "organon.example"),
        ("co.kr", ""),
        ("", ""),
        ("x" * 300, ""),
    ],
)
def test_domains_are_compared_as_registrable(domain, expected):
    assert registrable(domain) == expected


def test_free_mail_stands_for_no_company():
    assert is_free_mail("naver.com")
    assert (company_domain("a@gmail.com"), company_domain("a@mail.acme.example")) == ("", "acme.example")


def test_an_admin_edits_the_details_and_it_is_recorded(client_of, ada, acme, now):
    acme.verify_number(now=now, actor=ada)
    answer = client_of(ada).post(reverse("accounts:company_edit"), DETAILS)
    assert answer["Location"] == reverse("accounts:company")
    acme.refresh_from_db()
    assert (acme.registration_number, acme.website, acme.registration_verified_at) == (
        "120-81-47521",
        "https://acme.example",
        None,
    )
    assert AuditEntry.objects.get(kind="company_changed").actor == ada


def test_a_wrong_number_is_said_beside_its_field_and_changes_nothing(client_of, ada, acme):
    page = client_of(ada).post(
        reverse("accounts:company_edit"), DETAILS | {"name": "Other", "registration_number": "123"}
    )
    assert "must have 10 digits. You entered 3." in page.content.decode()
    acme.refresh_from_db()
    assert acme.name == "ACME Supplies"


def test_a_person_without_a_company_founds_one_once(client_of, db):
    eve = make_user("eve@solo.example", language="en")
    client = client_of(eve)
    assert client.get("/")["Location"] == reverse("accounts:company_new")
    for _click in range(2):
        client.post(reverse("accounts:company_new"), {"name": "Solo", "country": "KR"})
    assert Supplier.objects.get().admins().get().user == eve


def test_the_account_page_saves_what_a_person_says(client_of, ada, acme):
    data = {"name": "Ada K.", "job_title": "Sales", "language": "ko", "time_zone": "Europe/Berlin"}
    client_of(ada).post(reverse("accounts:account"), data)
    ada.refresh_from_db()
    assert (ada.name, ada.job_title, ada.language, ada.time_zone) == ("Ada K.", "Sales", "ko", "Europe/Berlin")


def test_suspension_is_done_once_with_a_reason_and_mailed_to_the_admins(acme, mia, operator, now):
    acme.suspend("test", now=now, actor=operator)
    with pytest.raises(AlreadyDecided):
        acme.suspend("again", now=now, actor=operator)
    assert list(Mail.objects.values_list("to", flat=True)) == ["ada@acme.example"]


def test_the_team_list_shows_people_and_roles_to_everybody(client_of, vic, mia, ada):
    page = client_of(vic).get(reverse("accounts:team")).content.decode()
    for words in ("Ada Kim", "Mia Lee", "Vic Park", "Viewer", "Member", "Admin"):
        assert words in page


def test_support_is_kept_and_mailed_with_the_page_one_came_from(client_of, ada, acme):
    client = client_of(ada)
    page = client.get(reverse("accounts:support"), headers={"referer": "http://testserver/setup/requests/search/"})
    assert 'value="/setup/requests/search/"' in page.content.decode()
    client.post(reverse("accounts:support"), {"message": "Help", "page": "/setup/requests/search/"})
    kept = SupportRequest.objects.get()
    assert (kept.email, kept.supplier, kept.page) == (ada.email, acme, "/setup/requests/search/")
    assert Mail.objects.get().to == "support@portal.example"


def test_the_token_of_a_link_is_not_kept_as_the_page_one_came_from(client, db):
    page = client.get(reverse("accounts:support"), headers={"referer": "http://testserver/r/secret/"})
    assert "secret" not in page.content.decode()


def test_the_bell_counts_all_my_suppliers_and_names_each(client_of, ada, acme, rival, now):
    rival.memberships.create(user=ada, role="viewer")
    for supplier in (acme, rival):
        notify(supplier, "request_expired", about=supplier, users=[ada], at=now, customer="Organon")
    page = client_of(ada).get(reverse("accounts:notifications")).content.decode()
    assert "Notifications, 2 unread" in page
    assert "Rival Parts" in page


def test_more_than_99_unread_show_as_99_plus(client_of, ada, acme, now):
    for _number in range(100):
        notify(acme, "request_expired", about=acme, users=[ada], at=now, customer="Organon")
    assert ">99+<" in client_of(ada).get("/").content.decode()


def test_marking_all_as_read_marks_only_mine(client_of, ada, mia, acme, now):
    notify(acme, "request_expired", about=acme, users=[ada, mia], at=now, customer="Organon")
    client_of(ada).post(reverse("accounts:notifications_read"))
    assert list(Notification.objects.unread().values_list("user", flat=True)) == [mia.pk]
