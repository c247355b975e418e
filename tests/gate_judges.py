"""Judges for tests of the gate; like all judges they know no Django."""

import os
import time

from core.judges import Refused


def length(file, **arguments):
    return {"bytes": len(file.read()), **arguments}


def refuses(file):
    raise Refused("macro", "word/vbaProject.bin")


def never_ends(file):
    while True:
        pass


def sleeps(file):
    time.sleep(60)


def eats(file):
    return len(b"x" * 600 * 2**20)


def talks(file):
    return "x" * 10_000


def crashes(file):
    os.abort()


def stumbles(file):
    raise LookupError("a fault of ours")


def surroundings(file):
    """List the rights that a judge still has."""
    return {
        "environment": sorted(set(os.environ) - {"LC_CTYPE"}),
        "descriptors": sorted(os.listdir("/proc/self/fd"))[:3],
        "more": len(os.listdir("/proc/self/fd")) - 4,  # the folder itself is open while it is read
        "folder": os.getcwd(),
        "root": os.getuid() == 0,
        "writes": _can(lambda: os.write(os.open("/tmp", os.O_TMPFILE | os.O_WRONLY), b"x")),
        "forks": _can(os.fork),
    }


def _can(act):
    try:
        act()
    except OSError:
        return False
    return True
