"""Measure how long 10,000 invitations take from the table to the queue.

Run by `make bench`; prints a table, asserts nothing.
"""

import csv
import io
import os
import sys
import time
from pathlib import Path

# As a script, outside of pytest and manage.py.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django

django.setup()

from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from django.test.utils import setup_databases, teardown_databases  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import User  # noqa: E402
from connections import imports  # noqa: E402
from connections.models import Invitation, InvitationBatch  # noqa: E402
from core.models import Mail  # noqa: E402
from customers.models import Customer  # noqa: E402


def table(rows):
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(["email", "company", "name", "language", "message"])
    for number in range(rows):
        language = "ko" if number % 2 else "en"
        lines.writerow(
            [
                f"contact{number}@company{number}.example",
                f"Company {number}",
                "Kim",
                language,
                "By Friday.",
            ]
        )
    return SimpleUploadedFile("many.csv", out.getvalue().encode())


def timed(words, act):
    started = time.perf_counter()
    result = act()
    print(f"{words:<42}{time.perf_counter() - started:8.1f} s")
    return result


def main(rows):
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        customer = Customer.objects.create(name="Organon", country="US")
        operator = User.objects.create_user(
            "operator@portal.example", name="Operator", is_staff=True
        )
        now = timezone.now()
        read = timed(
            f"read {rows:,} rows",
            lambda: imports.read(table(rows), language="ko", message="", person="bench"),
        )
        batch = timed(
            "check_rows and keep them",
            lambda: InvitationBatch.keep(customer, "many.csv", read, now=now, actor=operator),
        )
        batch.start()

        def send():
            while batch.send_chunk(now=timezone.now()):
                pass

        timed("send (invitation, link, letter, job each)", send)
        print(
            f"{Invitation.objects.count():,} invitations, {Mail.objects.count():,} letters queued"
        )
    finally:
        teardown_databases(databases, verbosity=0)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
