"""Load the demo: every part by the verbs that people would have used, in their order."""

from datetime import datetime

from django.db import connection, transaction
from django.utils import translation

from accounts.models import AuditEntry, SupportRequest
from connections.models import SearchAttempt
from core.models import DailyCount, Mail, today
from portal.demo import companies, directory, invitations, requests, setups
from portal.demo.month import Month


def load(now: datetime) -> None:
    month = Month(now)
    with transaction.atomic(), translation.override("ko"):
        directory.add_customers(month)
        companies.found(month)
        directory.add_vendor_lists(month)
        requests.send_those_of_acme(month)
        companies.fill_in_acme(month)
        setups.add(month)
        requests.send_those_of_others(month)
        invitations.send(month)
        companies.ask_for_colleagues(month)
        _forget_the_past(month)
        # From here on everything is fresh: mail lands in the folder, searches count for today.
        requests.send_a_fresh_request(month)
        invitations.send_a_fresh_invitation(month)
        _search(month)
        _ask_support()
        AuditEntry.objects.record(
            "demo_loaded", about=month.suppliers["acme"], audience=AuditEntry.OPERATOR
        )


def _forget_the_past(month):
    # The month's mail was delivered long ago: no worker shall send it now.
    Mail.objects.update(status="sent", sent_at=month.now, text="", html="")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    DailyCount.objects.exclude(day=today(month.now)).delete()


def _search(month):
    # Six searches of today, so that the counter shows something.
    for words in ("organon", "미래디스플레이", "nordhavn", "seorin", "타림", "kaya motors"):
        attempt = SearchAttempt.make(month.ada, words, now=month.now)
        assert attempt.cost == 1  # noqa: S101 - the demo's counter must be right


def _ask_support():
    SupportRequest.objects.create(
        email="jh.oh@hanmaum.example",
        message="거래처 상호가 바뀌었는데 검색이 되지 않습니다.",
        page="/setup/requests/search/",
    )
