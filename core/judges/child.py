"""The gate's child: a process that shuts itself in, lets one judge read foreign bytes, and ends.

Called by core.gate with the limits as JSON; the bytes are its standard input, and the verdict goes
as JSON to its standard output. It is a program of its own, not a fork: it starts without Django,
without settings and secrets, and without the web process's connections.
"""

import ctypes
import importlib
import json
import os
import resource
import signal
import sys
import traceback

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NOBODY = 65534
# Numbers of <sys/prctl.h> and <sched.h>.
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
LOWER = 5  # niceness: whoever waits for a page goes first


def main(order: dict) -> None:
    """Carry out an order of core.gate and print the verdict."""
    _limit(order["seconds"], order["bytes"])
    sys.path.insert(0, ROOT)
    module, _, name = order["judge"].rpartition(".")
    # Loaded before the doors close: afterwards it may not read its own code.
    module = importlib.import_module(module)
    judge = getattr(module, name)
    if hasattr(module, "prepare"):
        module.prepare(sys.stdin.buffer)
        sys.stdin.buffer.seek(0)
    _shut_in(order["parent"])
    sys.stdout.write(_verdict(judge, order["arguments"]))


def _limit(seconds, size):
    os.nice(LOWER)
    # The kernel ends what works on when its seconds are over, whatever it is doing.
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    for kind in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC):
        resource.setrlimit(kind, (0, 0))


def _shut_in(parent):
    """Give up what a reader of bytes does not need, as far as this system lets it."""
    libc = ctypes.CDLL(None)
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    # A namespace without a network. Some containers forbid it; it holds no socket anyway.
    libc.unshare(CLONE_NEWUSER | CLONE_NEWNET)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    # After the change of user, which would clear it.
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    # The parent may have died before that.
    if os.getppid() != parent:
        os._exit(1)


def _verdict(judge, arguments):
    from core.judges import Refused  # noqa: PLC0415 - the path to it is known only now

    try:
        return json.dumps({"result": judge(sys.stdin.buffer, **arguments)})
    except Refused as refused:
        return json.dumps({"refused": refused.code, "part": refused.part})
    except (MemoryError, RecursionError):
        return json.dumps({"refused": "complex", "part": ""})
    # A fault of ours: the parent writes it into its log.
    except Exception:
        return json.dumps({"failed": traceback.format_exc()})


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
