"""Programs that a test starts, and folders for them; the next run removes the folders of killed runs."""

import ctypes
import itertools
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fixtures_database import is_alive
from tests.tree import ROOT

_numbers = itertools.count()


def start(*arguments, **options):
    """Start Python with these arguments; Linux ends it when the test's process dies, even by kill -9."""
    return subprocess.Popen(
        [sys.executable, *map(str, arguments)], cwd=ROOT, preexec_fn=_die_with_parent, **options
    )


def _die_with_parent():
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


@pytest.fixture(scope="module")
def open_folder():
    """A folder that the database's account may enter too, which it may not with pytest's own."""
    for left in Path("/tmp").glob("portal-test-*-*"):
        if not is_alive(int(left.name.split("-")[2])):
            shutil.rmtree(left, ignore_errors=True)  # a PostgreSQL without its folder ends itself
    folder = Path(f"/tmp/portal-test-{os.getpid()}-{next(_numbers)}")
    folder.mkdir(mode=0o755)
    yield folder
    shutil.rmtree(folder)
