"""`make run` as a person starts and ends it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow


@pytest.fixture
def portal(request):
    """Start the portal with data of its own; it and its folder are gone at the end."""
    base = Path(
        f"/tmp/portal-run-{os.getpid()}-{time.monotonic_ns()}"
    )  # pytest's own folders are private
    base.mkdir(mode=0o755)
    port = free_port()
    processes = []

    def start():
        clean = {
            name: value
            for name, value in os.environ.items()
            if name not in ("SECRET_KEY", "EMBEDDED_PG_OPTIONS", "DATABASE_URL")
        }
        environment = clean | {
            "VAR_DIR": str(base),
            "PORT": str(port),
            "DEMO": "1",
            "PUBLIC_URL": f"http://localhost:{port}",
        }
        environment |= {"DJANGO_SETTINGS_MODULE": "portal.settings", "LOCAL": "1"}
        process = subprocess.Popen(
            [sys.executable, "manage.py", "run"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        processes.append(process)
        return process

    start.port, start.base = port, base
    yield start
    for process in processes:
        if process.poll() is None:
            process.terminate()
            process.wait(60)
        process.stdout.close()
    subprocess.run(["rm", "-rf", base], check=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def lines_until(process, words):
    seen = []
    for line in process.stdout:
        seen.append(line)
        if words in line:
            return "".join(seen)
    return "".join(seen)


def left_behind(base):
    found = subprocess.run(["pgrep", "-f", str(base)], capture_output=True, text=True, check=False)
    return found.stdout.split()


def is_taken(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_it_serves_ends_cleanly_and_keeps_its_data(portal):
    first = portal()
    assert f"Portal ready: http://localhost:{portal.port}/" in lines_until(first, "Portal ready")
    with urllib.request.urlopen(f"http://127.0.0.1:{portal.port}/accounts/login/") as answer:
        page = answer.read().decode()
    assert "Supplier Portal" in page
    other = portal()
    assert "is taken" in lines_until(other, "is taken")
    assert other.wait(30) != 0
    first.send_signal(signal.SIGTERM)
    first.wait(60)
    assert (is_taken(portal.port), left_behind(portal.base)) == (False, [])
    again = portal()
    words = lines_until(again, "Portal ready")
    assert ("Portal ready" in words, "Demo data loaded" in words) == (True, False)
    again.send_signal(signal.SIGINT)
    again.wait(60)
    assert (is_taken(portal.port), left_behind(portal.base)) == (False, [])
    assert len(list((portal.base / "mail").glob("*.txt"))) == 2


def test_make_leaves_alone_what_a_linked_environment_leads_to(tmp_path):
    folder, elsewhere = tmp_path / "clone", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    (elsewhere / "kept").touch()
    (folder / ".venv").symlink_to(elsewhere)
    (folder / "requirements.txt").touch()
    shutil.copy(ROOT / "Makefile", folder)
    made = subprocess.run(
        ["make", ".venv/runtime"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert made.returncode != 0
    assert ".venv is a link" in made.stdout
    assert (elsewhere / "kept").exists()
