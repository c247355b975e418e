"""Processes that outlive their parent come to this one, so that none is left at the end (Linux)."""

import contextlib
import ctypes
import os
import signal
import time
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36  # of <sys/prctl.h>
PATIENCE = 10  # seconds for a process that was told to end


def adopt_orphans() -> None:
    """Become the parent of all processes below this one whose own parent ends."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)


def end_orphans() -> list[str]:
    """Wait for our children to end; kill those that do not, and return their command lines."""
    until = time.monotonic() + PATIENCE
    while _has_children():
        if time.monotonic() > until:
            return [_killed(int(number)) for number in _children()]
        time.sleep(0.1)
    return []


def _has_children():
    with contextlib.suppress(ChildProcessError):
        # Those that have ended are taken off the system's list.
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
        return True
    return False


def _children():
    for thread in Path("/proc/self/task").iterdir():
        yield from (thread / "children").read_text().split()


def _killed(number):
    words = Path(f"/proc/{number}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    os.kill(number, signal.SIGKILL)
    return words
