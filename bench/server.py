"""Pages a second of the web server, beside granian, which served before. Run by `make bench`.

Prints a table, asserts nothing. Both serve the same demo data and take turns, so that other work
on the machine meets both; the time of the processor for a page is the steadier figure there.
"""

import http.client
import os
import statistics
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from drill.site import free_port, running  # noqa: E402

PAGES = ("/healthz", "/accounts/login/")
CLIENTS, SECONDS, TURNS = 8, 2, 6


def main():
    with running() as site, server(site, ours) as waitress, server(site, granian) as before:
        print(f"{'':<18}{'pages a second':>24}{'ratio':>8}{'ms of processor a page':>26}")
        print(f"{'':<18}{'waitress':>12}{'granian':>12}{'':8}{'waitress':>14}{'granian':>12}")
        for path in PAGES:
            turns = [[measure(one, path) for one in (waitress, before)] for _turn in range(TURNS)]
            rates, costs = ([medians(turns, which, part) for which in (0, 1)] for part in (0, 1))
            rate = f"{rates[0]:12.0f}{rates[1]:12.0f}{rates[0] / rates[1]:8.2f}"
            print(f"{path:<18}{rate}{costs[0]:14.2f}{costs[1]:12.2f}", flush=True)


def medians(turns, which, part):
    return statistics.median(turn[which][part] for turn in turns)


def ours(port):
    return [sys.executable, "manage.py", "serve"]


def granian(port):
    """As `make run` started it up to version 0.2.0."""
    program = Path(sys.executable).with_name("granian")
    where = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    size = ["--workers", "1", "--blocking-threads", "4", "--no-ws", "--log-level", "warning"]
    return [program, *where, *size, "portal.wsgi:application"]


@contextmanager
def server(site, command):
    """Start one over the site's data; yield (process, port)."""
    port = free_port()
    process = subprocess.Popen(
        command(port),
        cwd=ROOT,
        env=site.environment | {"PORT": str(port)},
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_for(port)
        yield process, port
    finally:
        process.terminate()
        process.wait(20)


def wait_for(port):
    for _try in range(600):
        try:
            ask_once(port, PAGES[1])
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("A server does not answer.")


def ask_once(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path)
    connection.getresponse().read()
    connection.close()


def measure(running_server, path):
    """Return pages a second, and milliseconds of the processor for a page."""
    process, port = running_server
    before, pages = processor_seconds(process), ask_much(port, path)
    return pages / SECONDS, (processor_seconds(process) - before) / pages * 1000


def processor_seconds(process):
    """Return what the process and its children, as granian's worker, have used so far (Linux)."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    ticks = 0
    for pid in [process.pid, *children]:
        # The name, which may hold blanks, stands in brackets before the rest.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def ask_much(port, path):
    """Ask for a page SECONDS long by CLIENTS that keep their connections; return how many came."""
    until, counts = time.monotonic() + SECONDS, []

    def ask():
        connection, count = http.client.HTTPConnection("127.0.0.1", port, timeout=30), 0
        while time.monotonic() < until:
            connection.request("GET", path)
            response = connection.getresponse()
            response.read()
            assert response.status == 200
            count += 1
        connection.close()
        counts.append(count)

    clients = [threading.Thread(target=ask) for _client in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return sum(counts)


if __name__ == "__main__":
    main()
