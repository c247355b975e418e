"""The launcher of the embedded PostgreSQL, by real processes on real folders."""

import itertools
import os
import subprocess

import pytest

from core import embedded
from tests.fixtures_processes import start

HOLD = """
import sys, time, psycopg
from core import embedded
folder = embedded.ensure(sys.argv[1])
with psycopg.connect(host=str(folder), user="postgres") as connection:
    print(connection.execute("SELECT pg_postmaster_start_time()::text || upper('é')").fetchone()[0], flush=True)
sys.stdin.readline()
"""
HOLD_AND_FORK = """
import os, sys
from core import embedded
embedded.ensure(sys.argv[1])
if os.fork():
    os.wait()
    print("the fork has ended", flush=True)
    sys.stdin.readline()
"""

pytestmark = pytest.mark.slow
numbers = itertools.count()


@pytest.fixture(scope="module")
def made(open_folder):
    """A data folder that has served once."""
    let_go_after(hold(open_folder / "made" / "pgdata"))
    return open_folder / "made" / "pgdata"


@pytest.fixture
def data(open_folder, made):
    """A data folder of the test's own; whatever runs there is stopped at the end."""
    folder = open_folder / str(next(numbers))
    folder.mkdir(mode=0o755)
    subprocess.run(["cp", "-a", made, folder / "pgdata"], check=True)
    yield folder / "pgdata"
    for home in [path.parent for path in folder.rglob("postmaster.pid")]:
        embedded._tool(
            embedded._account(), "pg_ctl", "-D", home, "-m", "immediate", "stop", check=False
        )


def hold(data, program=HOLD, **environment):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    return start("-c", program, data, env=os.environ | environment, **pipes)


def started(process):
    return process.stdout.readline().strip()


def let_go(process):
    process.communicate("\n", timeout=60)


def is_running(data):
    return (
        embedded._tool(embedded._account(), "pg_ctl", "-D", data, "status", check=False).returncode
        == 0
    )


def test_four_starts_at_once_make_one_server_and_the_last_one_stops_it(data):
    data = data.parent / "empty" / "pgdata"
    processes = [hold(data) for _ in range(4)]
    assert len({started(process) for process in processes}) == 1
    for process in processes[:3]:
        let_go(process)
    assert is_running(data)
    let_go(processes[3])
    assert not is_running(data)


def test_after_kill_9_the_next_one_attaches_and_stops_it(data):
    first = hold(data)
    when = started(first)
    first.kill()
    first.communicate()
    second = hold(data)
    assert started(second) == when
    let_go(second)
    assert not is_running(data)


def test_a_stale_pid_file_does_not_hinder_the_start(data):
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n1\n5432\n\n")
    process = hold(data)
    assert started(process)
    let_go(process)


def let_go_after(process):
    started(process)
    let_go(process)


def test_start_against_stop_always_ends_with_a_server(data):
    for _round in range(4):
        ending = hold(data)
        started(ending)
        ending.stdin.write("\n")
        ending.stdin.flush()
        beginning = hold(data)
        assert started(beginning)
        let_go(beginning)
        ending.communicate(timeout=60)
    assert not is_running(data)


def test_the_locale_of_the_caller_does_not_reach_the_database(data):
    process = hold(data, LC_ALL="C", LANG="C")
    assert started(process).endswith("É")
    let_go(process)


def test_a_fork_does_not_stop_the_server(data):
    process = hold(data, HOLD_AND_FORK)
    assert started(process) == "the fork has ended"
    assert is_running(data)
    let_go(process)
    assert not is_running(data)


def test_a_long_path_gets_its_socket_elsewhere(data):
    long = data.parent / ("x" * 120) / "pgdata"
    long.parent.mkdir()
    process = hold(long)
    assert started(process)
    let_go(process)
    assert len(str(embedded.socket_folder(long))) < 100


@pytest.mark.skipif(os.geteuid() != 0, reason="only root works in closed folders")
def test_root_in_a_closed_folder_keeps_the_data_elsewhere_and_opens_nothing(data):
    closed = data.parent / "closed"
    closed.mkdir(mode=0o700)
    process = hold(closed / "pgdata")
    assert started(process)
    let_go(process)
    assert oct(closed.stat().st_mode)[-3:] == "700"
    assert list(closed.iterdir()) == []
    assert embedded.socket_folder(closed / "pgdata").is_relative_to(embedded.SYSTEM_FOLDER)
