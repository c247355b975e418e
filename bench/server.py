"""Pages a second of the web server, beside granian, which served before. Run by `make bench`.

Prints a table, asserts nothing. Both serve the same demo data and take turns, so that other work
on the machine meets both.
"""

import http.client
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from drill.site import free_port, running  # noqa: E402

PAGES = ("/healthz", "/accounts/login/")
CLIENTS, SECONDS, TURNS = 8, 2, 5


def main():
    with running() as site:
        other = free_port()
        granian = subprocess.Popen(command(other), cwd=ROOT, env=site.environment)
        try:
            wait_for(other)
            print(f"{'pages a second':<20}{'waitress':>10}{'granian':>10}{'ratio':>8}")
            for path in PAGES:
                pairs = [(rate(site.port, path), rate(other, path)) for _turn in range(TURNS)]
                ours, theirs = (statistics.median(one) for one in zip(*pairs, strict=True))
                print(f"{path:<20}{ours:10.0f}{theirs:10.0f}{ours / theirs:8.2f}", flush=True)
        finally:
            granian.terminate()
            granian.wait(20)


def command(port):
    """As `make run` started it up to version 0.2.0."""
    program = Path(sys.executable).with_name("granian")
    where = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    size = ["--workers", "1", "--blocking-threads", "4", "--no-ws", "--log-level", "warning"]
    return [program, *where, *size, "portal.wsgi:application"]


def wait_for(port):
    for _try in range(600):
        try:
            http.client.HTTPConnection("127.0.0.1", port, timeout=5).connect()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("granian does not answer.")


def rate(port, path):
    """Pages a second that CLIENTS get, each on a connection that it keeps."""
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
    return sum(counts) / SECONDS


if __name__ == "__main__":
    main()
