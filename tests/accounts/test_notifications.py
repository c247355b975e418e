import re
import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.jobs import forget_people
from accounts.models import Notification, notify

LIST = "accounts:notifications"


def ring(supplier, *users, kind="request_accepted", at=None, **data):
    notify(supplier, kind, about=supplier, users=users, at=at, **{"customer": "Organon"} | data)
    return Notification.objects.latest("created_at", "pk")


def shown(client, query=""):
    return client.get(reverse(LIST) + query).content.decode()


@pytest.mark.parametrize(
    ("kind", "words", "leads_to"),
    [
        ("request_accepted", "Organon accepted your request", "/setup/requests/"),
        ("request_declined", "Organon declined your request", "/setup/requests/"),
        (
            "request_expired",
            "Your request to Organon expired without an answer",
            "/setup/requests/",
        ),
        ("connection_ended", "The connection with Organon has ended", "/setup/customers/"),
    ],
)
def test_each_kind_has_its_words_and_leads_to_its_page(
    kind, words, leads_to, client_of, ada, acme, now
):
    note = ring(acme, ada, kind=kind, at=now)
    client = client_of(ada)
    assert words in shown(client)
    answer = client.post(reverse("accounts:notification_open", args=[note.pk]))
    assert answer["Location"] == f"{leads_to}{note.object_id}/"
    note.refresh_from_db()
    assert note.read_at is not None


def test_words_of_others_are_shown_as_text(client_of, ada, acme, now):
    ring(acme, ada, at=now, customer="<b>Organon</b>", comment="<script>alert(1)</script>")
    page = shown(client_of(ada))
    assert "&lt;b&gt;Organon&lt;/b&gt; accepted" in page
    assert "“&lt;script&gt;alert(1)&lt;/script&gt;”" in page


def test_opening_one_of_another_supplier_of_mine_switches_to_it(client_of, ada, acme, rival, now):
    rival.memberships.create(user=ada, role="viewer")
    note = ring(rival, ada, at=now)
    client = client_of(ada)
    client.post(reverse("accounts:notification_open", args=[note.pk]))
    assert client.get(reverse("accounts:company")).context["supplier"] == rival


def test_reading_the_list_changes_nothing(client_of, ada, acme, now):
    note = ring(acme, ada, at=now)
    client = client_of(ada)
    shown(client)
    assert client.get(reverse("accounts:notification_open", args=[note.pk])).status_code == 405
    assert client.get(reverse("accounts:notifications_read")).status_code == 405
    assert Notification.objects.unread().get() == note


def test_nobody_opens_what_is_somebody_elses(client_of, ada, mia, acme, now):
    note = ring(acme, ada, at=now)
    for pk in (note.pk, uuid.uuid4()):
        assert (
            client_of(mia).post(reverse("accounts:notification_open", args=[pk])).status_code == 404
        )
    assert Notification.objects.unread().get() == note


def test_what_a_company_told_me_is_gone_when_i_left_it(client_of, ada, acme, rival, now):
    theirs = rival.memberships.create(user=ada, role="viewer")
    ring(rival, ada, at=now, customer="Their secret customer")
    theirs.is_active = False
    theirs.save(update_fields=["is_active"])
    page = shown(client_of(ada))
    assert "Their secret customer" not in page
    assert "Notifications, 0 unread" in page


def test_the_filters_count_all_and_unread_ones(client_of, ada, acme, now):
    for number in range(3):
        ring(acme, ada, at=now, customer=f"Customer {number}")
    Notification.objects.filter(data__customer="Customer 0").mark_read(now)
    client = client_of(ada)
    for query, customers in (("", 3), ("?show=unread", 2)):
        page = shown(client, query)
        assert re.findall(r'class="count quiet">(\d+)<', page) == ["3", "2"]
        assert page.count(" accepted your request") == customers


def test_they_stand_under_their_days_newest_first_in_pages(client_of, ada, acme, now):
    for days in range(25):
        ring(acme, ada, at=now - timedelta(days=days), customer=f"Customer {days}")
    client = client_of(ada)
    assert re.findall(r"Customer (\d+) accepted", shown(client)) == [
        str(days) for days in range(20)
    ]
    assert re.findall(r"Customer (\d+) accepted", shown(client, "?page=2")) == [
        str(days) for days in range(20, 25)
    ]
    assert shown(client).count('<h2 id="day-') == 20


def test_the_bell_counts_all_my_suppliers_and_names_each(client_of, ada, acme, rival, now):
    rival.memberships.create(user=ada, role="viewer")
    for supplier in (acme, rival):
        ring(supplier, ada, at=now)
    page = shown(client_of(ada))
    assert "Notifications, 2 unread" in page
    assert "<p>Rival Parts</p>" in page
    assert "<p>ACME Supplies</p>" in page


def test_the_bell_counts_only_my_own(client_of, ada, mia, acme, now):
    ring(acme, ada, mia, at=now)
    ring(acme, mia, at=now)
    assert "Notifications, 1 unread" in shown(client_of(ada))


def test_more_than_99_unread_show_as_99_plus(client_of, ada, acme, now):
    for _number in range(100):
        ring(acme, ada, at=now)
    assert "99+" in client_of(ada).get("/").content.decode()


def test_marking_all_as_read_marks_mine_of_all_my_suppliers_and_says_so(
    client_of, ada, mia, acme, rival, now
):
    rival.memberships.create(user=ada, role="viewer")
    ring(acme, ada, mia, at=now)
    ring(rival, ada, at=now)
    page = client_of(ada).post(reverse("accounts:notifications_read"), follow=True).content.decode()
    assert "All notifications are marked as read." in page
    assert list(Notification.objects.unread().values_list("user", flat=True)) == [mia.pk]


def test_the_last_two_days_are_called_by_their_names(client_of, ada, acme, now):
    for days in range(3):
        ring(acme, ada, at=now - timedelta(days=days))
    headings = re.findall(r'<h2 id="day-\d">\s*(.*?)\s*</h2>', shown(client_of(ada)))
    assert headings[:2] == ["Today", "Yesterday"]
    assert re.fullmatch(r"\d+ \w{3} \d{4}", headings[2])


def test_old_ones_are_forgotten(ada, acme, now, settings):
    days = settings.PORTAL_NOTIFICATION_DAYS
    for ago in (days + 1, days - 1):
        ring(acme, ada, at=now - timedelta(days=ago))
    forget_people.func(timestamp=0)
    assert ada.notifications.get().created_at == now - timedelta(days=days - 1)
