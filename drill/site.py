"""A portal that runs as `make run` starts it, with a port and data of its own."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 180  # seconds for the database, the demo data and the server to come up
OURS = ("SECRET_KEY", "DATABASE_URL", "EMBEDDED_PG_OPTIONS", "DJANGO_SETTINGS_MODULE")


@dataclass(frozen=True)
class Site:
    """A running portal: its address, and the environment that leads other commands to it."""

    port: int
    environment: dict[str, str]
    launcher: int  # the process of `make run`, which starts the others

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def peak_memory(self) -> int:
        """Return the most MB of memory that the web process has held so far (Linux)."""
        children = Path(f"/proc/{self.launcher}/task/{self.launcher}/children").read_text().split()
        for process in (Path("/proc", number) for number in children):
            if b"\0serve\0" in (process / "cmdline").read_bytes():
                [line] = re.findall(r"VmHWM:\s+(\d+) kB", (process / "status").read_text())
                return int(line) // 1024
        raise RuntimeError("The web process is gone.")


@contextlib.contextmanager
def running() -> Iterator[Site]:
    """Start the portal with its demo data; its processes and its data are gone at the end.

    Raises RuntimeError when it does not come up. Prints what it said last when the block fails.
    """
    # Below /tmp and readable, for PostgreSQL does not run as root and has to come in.
    base = Path(tempfile.mkdtemp(prefix="portal-drill-", dir="/tmp"))
    base.chmod(0o755)
    port, environment = free_port(), _environment(base)
    process = subprocess.Popen(
        [sys.executable, "manage.py", "run"],
        cwd=ROOT,
        env=environment | {"PORT": str(port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    printed = deque(maxlen=200)
    try:
        _wait_until_ready(process, printed)
        yield Site(port, environment, process.pid)
    except Exception:
        print("The portal’s last words:\n" + "".join(printed), file=sys.stderr)
        raise
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
        shutil.rmtree(base, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _environment(base):
    kept = {name: value for name, value in os.environ.items() if name not in OURS}
    return kept | {"VAR_DIR": str(base), "DEMO": "1", "LOCAL": "1", "HOST": "127.0.0.1"}


def _wait_until_ready(process, printed):
    # Killed when it takes too long, which ends the reading too.
    alarm = threading.Timer(PATIENCE, process.kill)
    alarm.start()
    try:
        for line in process.stdout:
            printed.append(line)
            if "Portal ready" in line:
                break
        else:
            raise RuntimeError("The portal did not come up.")
    finally:
        # Left alone, it would hold up the end of this process too.
        alarm.cancel()
    # Read on, so that a full pipe never stops it.
    threading.Thread(target=printed.extend, args=(process.stdout,), daemon=True).start()
