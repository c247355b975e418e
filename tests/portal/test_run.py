"""`make run` as a person starts and ends it."""

import os
import shutil
import signal
import socket
import subprocess
import urllib.request

import pytest

from tests.fixtures_processes import start
from tests.tree import ROOT

pytestmark = pytest.mark.slow
OURS = ("SECRET_KEY", "EMBEDDED_PG_OPTIONS", "DATABASE_URL")


@pytest.fixture
def portal(open_folder):
    """portal() starts the portal with data of its own; what still runs at the end is stopped."""
    port, processes = free_port(), []
    environment = {name: value for name, value in os.environ.items() if name not in OURS} | {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "LOCAL": "1",
        "DEMO": "1",
        "VAR_DIR": str(open_folder),
        "PORT": str(port),
        "PUBLIC_URL": f"http://localhost:{port}",
    }
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}

    def run():
        processes.append(
            start("manage.py", "run", env=environment, start_new_session=True, **pipes)
        )
        return processes[-1]

    run.port, run.folder = port, open_folder
    yield run
    for process in processes:
        process.terminate()
        process.wait(60)
        process.stdout.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def lines_until(process, words):
    seen = []
    for line in process.stdout:
        seen.append(line)
        if words in line:
            break
    return "".join(seen)


def left_behind(folder):
    found = subprocess.run(["pgrep", "-f", folder], capture_output=True, text=True, check=False)
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
    assert not is_taken(portal.port)
    assert left_behind(portal.folder) == []
    again = portal()
    words = lines_until(again, "Portal ready")
    assert "Portal ready" in words
    assert "Demo data loaded" not in words
    again.send_signal(signal.SIGINT)
    again.wait(60)
    assert not is_taken(portal.port)
    assert left_behind(portal.folder) == []
    assert len(list((portal.folder / "mail").glob("*.txt"))) == 2


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
