import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from portal.database import bring_up_to_date

PATIENCE = 60  # seconds for the web server to answer
LOGINS = """
  admin@acme.example       admin of ACME Supplies       member@acme.example   member
  admin@rival.example      admin of Rival Parts         viewer@acme.example   viewer
  operator@portal.example  operator: /admin/
  All with the password demo-portal-2026. Mail lands in {mail}
"""


class Command(BaseCommand):
    help = (
        "Serves the portal: database, migrations, demo data once, then web server and worker until"
        " Ctrl-C or SIGTERM."
    )

    def handle(self, **options):
        # SIGTERM, as a service manager sends it, ends us the same way as Ctrl-C.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _stop)
        port = settings.PORT
        # Before the database starts: a second `make run` is told so at once.
        _refuse_taken(settings.HOST, port)
        children = []
        try:
            prepare()
            children = [_start(*_web()), _start(*_worker())]
            _wait_for(f"http://127.0.0.1:{port}/healthz", children)
            self.stdout.write(f"Portal ready: http://localhost:{port}/")
            if settings.DEMO and User.objects.filter(email="admin@acme.example").exists():
                self.stdout.write(LOGINS.format(mail=settings.MAIL_FOLDER))
            self.stdout.flush()
            _watch(children)
        except KeyboardInterrupt:
            self.stdout.write("Stopping.")
        finally:
            # A second Ctrl-C, of an impatient person, must not leave children behind.
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_IGN)
            _end(children)


def prepare() -> None:
    """Bring catalogues, database, cache table and, once, the demo data up to date."""
    # WhiteNoise warns of a missing folder, though the finders serve.
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    call_command("compilecatalogues")
    bring_up_to_date()
    if settings.DEMO and not User.objects.exists():
        call_command("demo")


def _refuse_taken(host, port):
    with socket.socket() as probe:
        # As the web server does: a port that was just given up is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise CommandError(
                f"Port {port} is taken. Stop what uses it, or take another: PORT=8123 make run"
            ) from None


def _web():
    # Django's own server loads changed code anew; it is made for development only.
    return ["runserver", f"{settings.HOST}:{settings.PORT}"] if settings.DEBUG else ["serve"]


def _worker():
    options = ["--concurrency", str(settings.WORKER_CONCURRENCY)]
    # Less than _end() waits: the worker hands back what it was doing.
    options += ["--shutdown-graceful-timeout", "10"]
    return ["procrastinate", "worker", *options]


def _start(*command):
    # In a session of its own: a Ctrl-C in the terminal reaches us only, and we end the children.
    return subprocess.Popen(
        [sys.executable, "manage.py", *command],
        cwd=settings.BASE_DIR,
        start_new_session=True,
        preexec_fn=_die_with_parent,
    )


def _die_with_parent():
    # PR_SET_PDEATHSIG: Linux sends SIGTERM when the parent dies, even by kill -9. Elsewhere nothing
    # happens.
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def _wait_for(address, children):
    for _try in range(PATIENCE * 10):
        _refuse_dead(children)
        with (
            contextlib.suppress(urllib.error.URLError, OSError),
            urllib.request.urlopen(address, timeout=5),  # noqa: S310 - an address of ours
        ):
            return
        time.sleep(0.1)
    raise CommandError("The web server does not answer.")


def _watch(children):
    while True:
        _refuse_dead(children)
        time.sleep(0.5)


def _refuse_dead(children):
    for child in children:
        if child.poll() is not None:
            raise CommandError(f"{child.args[2]} ended by itself (exit {child.returncode}).")


def _end(children):
    # The whole group: the web server's own workers too.
    for child in children:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGTERM)
    for child in children:
        try:
            child.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)


def _stop(number, frame):
    raise KeyboardInterrupt
