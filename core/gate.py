"""The one gate for foreign bytes: whatever parses them does so in a child process within limits."""

import contextlib
import json
import logging
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from core import antivirus
from core.judges import Refused
from core.models.leases import Lease

log = logging.getLogger(__name__)
CHILD = Path(__file__).parent / "judges" / "child.py"

CPU_SECONDS = 5
MEMORY = 512 * 2**20  # bytes of address space
# Two children that share a busy core still get their seconds.
WALL_SECONDS = 15
VERDICT_BYTES = 64 * 2**20  # a table of 20,000 rows is a tenth of it

PLACES = 2  # children at once, over all web processes; a usual file takes a fifth of a second
LINE = 4  # threads of this process at the gate: the others of a web server's serve pages meanwhile
LINE_OF_ONE = 2  # of these by one person: a file at work and the next
WAIT_SECONDS, LOOK_AGAIN = 5, 0.2
LEASE_SECONDS = WALL_SECONDS + 15  # longer than a child and a virus scanner may take
LAST_SECONDS = 1  # from the verdict to the end of the process


class _TooLong(Exception):
    """The child has not said its verdict within its time, or says too much."""


_line, _lock = [], threading.Lock()  # whose files stand here


def run(judge: str, file: BinaryIO, *, person: str, **arguments) -> object:
    """Let the function at the dotted path `judge` read a file in a child; return what it returns.

    The child calls `judge(file, **arguments)`; arguments and result travel as JSON. The judge's
    module, best one of core.judges, must not import Django; its `prepare(file)`, if it has one, may
    load more code before the child shuts itself in. `person` is whose files are judged one after
    the other, at most 60 characters. Raises Refused: by the judge, or with the code 'yours' (another file of this
    person is being judged), 'busy' (too many are), 'complex' (a limit was reached) or 'later' (the
    gate itself does not work). Call it outside of a transaction.
    """
    with _place(person), tempfile.TemporaryFile() as copy:
        file.seek(0)
        while piece := file.read(2**20):
            copy.write(piece)
        copy.seek(0)
        result = _judged(judge, copy, arguments)
        # A scanner has the file only once it is known to be no bomb.
        copy.seek(0)
        antivirus.scan(copy)
        return result


@contextlib.contextmanager
def _place(person) -> Iterator[None]:
    """Hold a place in this process's line and, over all processes, the right to judge a file."""
    with _lock:
        if _line.count(person) >= LINE_OF_ONE:
            raise Refused("yours")
        if len(_line) >= _longest_line():
            raise Refused("busy")
        _line.append(person)
    try:
        until = time.monotonic() + WAIT_SECONDS
        places = [f"gate:place:{number}" for number in range(PLACES)]
        with _lease([f"gate:person:{person}"], until, "yours"), _lease(places, until, "busy"):
            yield
    finally:
        with _lock:
            _line.remove(person)


def _longest_line():
    # A server with few threads keeps half of them for pages too.
    return min(LINE, max(1, settings.WEB_THREADS // 2))


@contextlib.contextmanager
def _lease(names, until, code):
    """Hold the first of these leases that is free; raise Refused when none is for too long."""
    while not (held := _first_free(names)):
        if time.monotonic() > until:
            raise Refused(code)
        time.sleep(LOOK_AGAIN)
    try:
        yield
    finally:
        Lease.objects.give_back(*held)


def _first_free(names):
    for name in names:
        if token := Lease.objects.take(name, LEASE_SECONDS):
            return name, token
    return None


def _judged(judge, file, arguments):
    order = {
        "judge": judge,
        "arguments": arguments,
        "seconds": CPU_SECONDS,
        "bytes": MEMORY,
        "parent": os.getpid(),
    }
    # No environment, for it holds secrets; a session of its own, to be ended as a whole.
    with subprocess.Popen(
        [sys.executable, "-I", "-B", str(CHILD), json.dumps(order)],
        stdin=file,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
        start_new_session=True,
    ) as child:
        try:
            said = _read(child.stdout.fileno())
            child.wait(LAST_SECONDS)
        except (_TooLong, subprocess.TimeoutExpired):
            raise Refused("complex") from None
        finally:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
    return _result(judge, said, child.returncode)


def _read(pipe):
    """Read what the child says to its end, without working while it works."""
    said, until = bytearray(), time.monotonic() + WALL_SECONDS
    waiting = select.poll()
    waiting.register(pipe, select.POLLIN)
    while waiting.poll(max(0, until - time.monotonic()) * 1000):
        if not (piece := os.read(pipe, 2**16)):
            return bytes(said)
        said += piece
        if len(said) > VERDICT_BYTES:
            break
    raise _TooLong


def _result(judge, said, code):
    try:
        verdict = json.loads(said)
    except ValueError:
        # Ended by a signal: of the kernel at a limit, or of a library that stumbled.
        if code < 0:
            raise Refused("complex") from None
        verdict = {"failed": f"the child ended with {code}"}
    if "refused" in verdict:
        raise Refused(verdict["refused"], verdict["part"])
    if "failed" in verdict:
        log.error("%s: %s", judge, verdict["failed"])
        raise Refused("later")
    return verdict["result"]
