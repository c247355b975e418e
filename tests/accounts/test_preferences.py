"""News by e-mail: at once, once a day in the person's morning, or not at all; nothing twice."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import connection
from django.template.loader import get_template
from django.urls import reverse

from accounts import jobs
from accounts.models import BankAccount, Notification, Preference, User, notify
from accounts.models.notifications import send_digest
from accounts.notifications import UnknownKind, all_kinds, register
from core.models import Mail
from tests.builders import make_request, make_user

EVERY_KIND = [
    "request_accepted", "request_declined", "request_expired", "invited", "invitation_accepted", "invitation_for_admin",
    "connection_ended", "step_approved", "step_returned", "step_handed", "steps_asked", "file_expires",
    "document_expires", "export_ready", "join_asked", "member_joined", "role_changed",
]  # fmt: skip


@pytest.fixture
def asked(mia_at_acme, ada_at_acme, organon, now):
    return make_request(mia_at_acme, organon, now=now)


def mailed():
    return {(mail.name, mail.to) for mail in Mail.objects.filter(to__endswith="@acme.example")}


def test_every_kind_has_its_words_and_its_icon():
    icons = (settings.BASE_DIR / "static/img/icons.svg").read_text()
    for kind in all_kinds():
        get_template(f"notifications/{kind.name}.html")
        assert f'id="i-{kind.icon}"' in icons


def test_the_page_lists_the_kinds_of_all_apps_in_one_order(client_of, ada, acme):
    page = client_of(ada).get(reverse("accounts:preferences")).content.decode()
    assert re.findall(r'<select name="(\w+)"', page) == EVERY_KIND


def test_a_kind_that_no_app_registered_is_refused_and_nothing_written(ada, acme, now):
    with pytest.raises(UnknownKind, match="'step_lost'"):
        notify(acme, "step_lost", about=acme, users=[ada], at=now)
    assert not Notification.objects.exists()


def test_a_kind_is_registered_once():
    with pytest.raises(ValueError, match="registered already"):
        register("role_changed", view="accounts:team", icon="users", label="Again", order=1)


def test_as_usual_the_asker_and_the_admins_are_written_to(asked, vic, vic_at_acme, now):
    asked.accept(now=now)
    assert mailed() == {
        ("request_accepted", "mia@acme.example"),
        ("request_accepted", "ada@acme.example"),
    }
    assert vic.notifications.count() == 1


def test_switched_off_only_the_bell_rings(asked, ada, now):
    Preference.choose(ada, {"request_accepted": "off"})
    asked.accept(now=now)
    assert mailed() == {("request_accepted", "mia@acme.example")}
    assert ada.notifications.count() == 1


def test_who_wants_everything_at_once_gets_the_line_as_a_letter(asked, vic, vic_at_acme, now):
    Preference.choose(vic, {"request_accepted": "now"})
    asked.accept(now=now, comment="Welcome")
    letter = Mail.objects.get(to="vic@acme.example")
    assert letter.name == "news"
    assert letter.subject == "Organon accepted your request"
    assert "Welcome" in letter.text


def test_the_digest_holds_what_came_and_was_not_read(asked, ada, acme, now):
    Preference.choose(ada, {"request_accepted": "digest", "export_ready": "digest"})
    asked.accept(now=now)
    notify(acme, "export_ready", about=acme, users=[ada], at=now)
    ada.notifications.filter(kind="export_ready").mark_read(now)
    send_digest(ada, now=now)
    send_digest(ada, now=now)
    letter = Mail.objects.get(name="digest")
    assert letter.to == "ada@acme.example"
    assert letter.subject == "Supplier Portal: 1 piece of news"
    assert "ACME Supplies: Organon accepted your request" in letter.text


def test_what_waits_for_the_digest_is_not_written_at_once(asked, ada, now):
    Preference.choose(ada, {"request_accepted": "digest"})
    asked.accept(now=now)
    assert mailed() == {("request_accepted", "mia@acme.example")}
    assert ada.notifications.get().in_digest


def test_a_locked_person_gets_no_digest(asked, ada, now):
    Preference.choose(ada, {"request_accepted": "digest"})
    asked.accept(now=now)
    Notification.objects.update(created_at=now - timedelta(days=2))
    User.objects.filter(pk=ada.pk).update(is_active=False)
    jobs.send_digests.func(timestamp=0)
    assert list(Notification.objects.filter(in_digest=True).values_list("user", flat=True)) == [
        ada.pk
    ]


def test_the_digest_tells_nothing_to_whoever_left_meanwhile(asked, mia, mia_at_acme, ada, now):
    Preference.choose(mia, {"request_accepted": "digest"})
    asked.accept(now=now)
    mia_at_acme.deactivate(now=now, actor=ada)
    send_digest(mia, now=now)
    assert not Mail.objects.filter(name="digest").exists()


@pytest.mark.parametrize(
    ("zone", "hour", "is_sent"),
    [("Asia/Seoul", 23, True), ("Europe/Berlin", 23, False), ("Europe/Berlin", 7, True)],
)
def test_it_is_sent_after_eight_where_the_person_is(zone, hour, is_sent, asked, ada, monkeypatch):
    """23:00 UTC is 8:00 in Seoul and midnight in Berlin; 7:00 UTC is 8:00 in Berlin."""
    ada.time_zone = zone
    ada.save(update_fields=["time_zone"])
    Preference.choose(ada, {"request_accepted": "digest"})
    moment = datetime(2026, 11, 24, hour, 5, tzinfo=ZoneInfo("UTC"))
    asked.accept(now=asked.created_at)
    Notification.objects.update(created_at=moment - timedelta(hours=3))
    monkeypatch.setattr(jobs.timezone, "now", lambda: moment)
    jobs.send_digests.func(timestamp=0)
    assert Mail.objects.filter(name="digest").exists() == is_sent


def test_security_mail_knows_no_preference(ada, acme, now):
    Preference.choose(ada, dict.fromkeys(EVERY_KIND, "off"))
    account = {"bank": "국민은행", "number": "123456", "holder": "ACME"}
    BankAccount.add(acme, account, actor=ada, now=now)
    assert Mail.objects.get(name="bank_account_changed").to == "ada@acme.example"


def test_the_page_keeps_the_choice(client_of, ada, acme):
    client = client_of(ada)
    client.post(
        reverse("accounts:preferences"), {"request_accepted": "digest", "step_returned": "off"}
    )
    assert dict(ada.preferences.values_list("kind", "way")) == {
        "request_accepted": "digest",
        "step_returned": "off",
    }
    assert (
        '<option value="digest" selected>'
        in client.get(reverse("accounts:preferences")).content.decode()
    )


def test_a_way_that_is_none_is_refused(client_of, ada, acme):
    page = (
        client_of(ada)
        .post(reverse("accounts:preferences"), {"request_accepted": "pigeon"})
        .content.decode()
    )
    assert "aria-invalid" in page
    assert not ada.preferences.exists()


def test_a_double_click_chooses_once(settings, empty_queue):
    ada = make_user("ada@acme.example", "Ada")

    def choose(_number):
        try:
            Preference.choose(ada, dict.fromkeys(EVERY_KIND, "digest"))
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(choose, range(24)))
    assert ada.preferences.count() == len(EVERY_KIND)
