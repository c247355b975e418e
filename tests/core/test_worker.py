"""The real worker in a process of its own: killed in the middle of a delivery, it loses nothing."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection

from core import mail
from core.models import Mail

ROOT = Path(__file__).resolve().parents[2]
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
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, json.dumps(given)],
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
        env=os.environ,
    )


def wait_until(true, seconds):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.2)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_mail_survives_a_worker_killed_in_the_middle(post, settings, empty_queue):
    rows = [
        mail.send("captcha_code", f"p{number}@acme.example", "en", code="123456", minutes=10)
        for number in range(20)
    ]
    post.pause = 0.3  # a slow server, so that the kill falls into a delivery
    first = work(settings)
    wait_until(lambda: len(post.messages) >= 3, 30)
    first.send_signal(signal.SIGKILL)
    first.wait()
    post.pause = 0
    second = work(settings)
    try:
        wait_until(lambda: Mail.objects.filter(status="sent").count() == 20, 120)
    finally:
        second.terminate()
        second.wait(30)
    assert {to for to, _ in post.messages} == {row.to for row in rows}
    assert len(post.messages) <= 22  # at most one more for each delivery that the kill cut
