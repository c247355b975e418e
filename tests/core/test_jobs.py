"""Jobs that fail: tried again, and told to the operator when they are given up."""

import logging
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from procrastinate.contrib.django import app

from accounts.jobs import send_digests
from accounts.models import Notification
from connections.jobs import expire_requests
from connections.models import ConnectionRequest
from core.jobs import clean_up
from core.models import Code, DailyCount, Link, Mail, today
from tests.builders import make_request


@pytest.mark.parametrize(
    "name",
    [
        "connections.jobs.reroute",
        "customers.jobs.tell_reviewers",
        "customers.jobs.tell_suppliers",
        "customers.jobs.tell_supplier",
    ],
)
def test_what_is_deferred_once_is_tried_again(name):
    app.perform_import_paths()
    assert app.tasks[name].retry_strategy.max_attempts == 5


def test_jobs_that_failed_are_told(client_of, operator):
    app.configure_task("connections.jobs.reroute").defer(mail_id="x")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed'")
    assert Client().get("/readyz").json()["failed_jobs"] == 1
    page = client_of(operator).get("/admin/").content.decode()
    assert "procrastinate/procrastinatejob/?status__exact=failed" in page
    assert (
        client_of(operator)
        .get("/admin/procrastinate/procrastinatejob/?status__exact=failed")
        .status_code
        == 200
    )


def test_a_row_that_fails_holds_up_none_of_those_behind_it(
    ada_at_acme, rob_at_rival, organon, now, monkeypatch, caplog
):
    failing = make_request(ada_at_acme, organon, now=now, days_ago=32)
    behind = make_request(rob_at_rival, organon, now=now, days_ago=31)
    expire = ConnectionRequest.expire
    monkeypatch.setattr(
        ConnectionRequest,
        "expire",
        lambda one, now: 1 / 0 if one == failing else expire(one, now=now),
    )
    with pytest.raises(ExceptionGroup), caplog.at_level(logging.ERROR):
        expire_requests.func(timestamp=0)
    behind.refresh_from_db()
    assert behind.status == "expired"
    assert str(failing.pk) in caplog.text


def test_codes_counts_and_links_are_forgotten_when_they_are_long_over(
    ada_at_acme, organon, now, settings
):
    for place, hours in enumerate((23, 25)):
        Code.objects.create(
            owner=place, purpose="captcha", digest="x", expires_at=now - timedelta(hours=hours)
        )
    for days in (-1, 7, 8):
        DailyCount.objects.create(
            scope="mails", key="maria@organon.example", day=today(now) - timedelta(days=days)
        )
    decided, mailed, _lone, younger = (
        Link.issue("request", organon.pk, "maria@organon.example", now - timedelta(days=days))[0]
        for days in (2000, 2000, 2000, 1000)
    )
    make_request(ada_at_acme, organon, now=now).decline("other", now=now, link=decided)
    Mail.objects.update(link=mailed)
    Link.objects.filter(expires_at__gt=now).delete()
    settings.PORTAL_RECORD_YEARS = 5
    clean_up.func(timestamp=0)
    assert Code.objects.get().owner == "0"
    assert {today(now) - one.day for one in DailyCount.objects.filter(used=0)} == {
        timedelta(-1),
        timedelta(7),
    }
    assert set(Link.objects.all()) == {decided, mailed, younger}


def test_one_notification_that_no_longer_reads_keeps_nobody_else_from_the_digest(
    ada, acme, rob, rival, now
):
    for user, supplier, kind in ((ada, acme, "gone"), (rob, rival, "request_expired")):
        data = {"customer": "Organon", "comment": ""}
        Notification.objects.create(
            user=user,
            supplier=supplier,
            kind=kind,
            object_id=supplier.pk,
            data=data,
            in_digest=True,
            created_at=now - timedelta(days=2),
        )
    with pytest.raises(ExceptionGroup):
        send_digests.func(timestamp=0)
    assert [letter.to for letter in Mail.objects.filter(name="digest")] == ["rob@rival.example"]
