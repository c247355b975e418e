from datetime import UTC, datetime

import pytest
from django.urls import reverse

from accounts.models import notify

SETTINGS = {"name": "Ada K.", "job_title": "Sales", "language": "ko", "time_zone": "Europe/Berlin"}


@pytest.fixture
def client(client_of, ada, acme):
    return client_of(ada)


def test_a_person_changes_what_they_say_of_themself(client, ada):
    answer = client.post(reverse("accounts:account"), SETTINGS, follow=True)
    ada.refresh_from_db()
    assert ada.name == "Ada K."
    assert ada.job_title == "Sales"
    assert ada.language == "ko"
    assert ada.time_zone == "Europe/Berlin"
    assert '<html lang="ko">' in answer.content.decode()


def test_only_what_was_changed_is_written(client, ada):
    client.get(reverse("accounts:account"))
    ada.job_title = "Changed meanwhile by the operator"
    ada.save(update_fields=["job_title"])
    data = {
        "name": "Ada K.",
        "job_title": ada.job_title,
        "language": "en",
        "time_zone": "Asia/Seoul",
    }
    client.post(
        reverse("accounts:account"), data | {"email": "other@acme.example", "is_staff": "on"}
    )
    ada.refresh_from_db()
    assert ada.name == "Ada K."
    assert ada.email == "ada@acme.example"
    assert not ada.is_staff


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 10_000),
        ("name", "a\x00b"),
        ("name", "see www.evil.example"),
        ("job_title", "a\u202eb"),
        ("language", "xx"),
        ("time_zone", "Mars/Olympus"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_the_rest_stays(field, value, client, ada):
    page = client.post(reverse("accounts:account"), SETTINGS | {field: value}).content.decode()
    assert f'id="id_{field}_error"' in page
    assert field == "job_title" or 'value="Sales"' in page
    assert "<b>Ada Kim</b>" in page  # the head of the page shows what is saved
    ada.refresh_from_db()
    assert ada.name == "Ada Kim"


def test_times_are_those_of_the_persons_zone(client, ada, acme):
    notify(
        acme,
        "request_expired",
        about=acme,
        users=[ada],
        at=datetime(2026, 1, 1, 20, 30, tzinfo=UTC),
        customer="X",
    )
    ada.time_zone = "America/New_York"
    ada.save(update_fields=["time_zone"])
    page = client.get(reverse("accounts:notifications")).content.decode()
    assert "1 Jan 2026" in page
    assert "15:30" in page


def test_a_time_zone_that_does_not_exist_falls_back_to_the_portals(client, ada):
    ada.time_zone = "Mars/Olympus"
    ada.save(update_fields=["time_zone"])
    assert client.get(reverse("accounts:account")).status_code == 200


def test_choosing_a_language_while_signed_in_is_kept_with_the_person(client, ada):
    client.post(reverse("set_language"), {"language": "ko", "next": "/"})
    ada.refresh_from_db()
    assert ada.language == "ko"


def test_a_new_password_needs_the_present_one(client, ada):
    passwords = {"password1": "quite another word", "password2": "quite another word"}
    client.post(reverse("account_change_password"), passwords | {"oldpassword": "wrong"})
    ada.refresh_from_db()
    assert ada.check_password("demo-portal-2026")
    client.post(reverse("account_change_password"), passwords | {"oldpassword": "demo-portal-2026"})
    ada.refresh_from_db()
    assert ada.check_password("quite another word")
