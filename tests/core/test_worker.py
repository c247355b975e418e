"""The real worker in a process of its own: killed in the middle of a delivery, it loses nothing."""

import json
import subprocess
import time

import pytest
from django.db import connection

from core import mail
from core.models import Mail
from tests.fixtures_processes import start

WORKER = """
import json, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
from tests import settings
given = json.loads(sys.argv[1])
settings.DATABASES["default"]["NAME"] = given.pop("NAME")
vars(settings).update(given)
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", "procrastinate", "worker", "--concurrency", "2"])
"""


def work(settings):
    given = {name: getattr(settings, name) for name in ("MAIL_BACKEND", "EMAIL_HOST", "EMAIL_PORT")}
    given["NAME"] = connection.settings_dict["NAME"]
    return start("-c", WORKER, json.dumps(given), stderr=subprocess.DEVNULL)


def wait_until(true, seconds):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.2)


def pass_a_minute():
    """Let the queue believe that a minute has gone by without a sign of life, and that no timetable ran in it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 minute'"
        )
        cursor.execute("DELETE FROM procrastinate_periodic_defers")


@pytest.mark.slow
def test_mail_survives_a_worker_killed_in_the_middle(post, settings, empty_queue):
    rows = [
        mail.send("captcha_code", f"p{number}@acme.example", "en", code="123456", minutes=10)
        for number in range(20)
    ]
    post.pause = 0.3  # a slow server, so that the kill falls into a delivery
    first = work(settings)
    wait_until(lambda: len(post.messages) >= 3, 30)
    first.kill()
    first.wait()
    post.pause = 0
    pass_a_minute()
    second = work(settings)
    try:
        wait_until(lambda: Mail.objects.filter(status="sent").count() == 20, 120)
    finally:
        second.terminate()
        second.wait(30)
    assert {to for to, _ in post.messages} == {row.to for row in rows}
    assert len(post.messages) <= 22  # at most one more for each delivery that the kill cut
