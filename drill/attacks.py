"""Attacks of strangers: each is a context manager that lasts as long as its block.

A new attack is a function here and a line in SCENARIOS.
"""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from drill.site import Site

MANY = 50  # slow clients of a kind
# Any cookie of the right length: without one Django refuses the form before it reads the body, and
# no server would ever be held up.
HEAD = (
    b"POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\nCookie: csrftoken=%s\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n" % (b"a" * 32)
)


@dataclass(frozen=True)
class Scenario:
    """An attack, and for how many seconds the portal is watched under it."""

    name: str
    attack: Callable[[Site], contextlib.AbstractContextManager]
    seconds: int = 5


def nobody(site: Site):
    """Leave the portal alone, for comparison."""
    return contextlib.nullcontext()


def slow_bodies(site: Site):
    """Send bodies of a form at a byte a second."""
    return _dripping(site, HEAD + b"Content-Length: 1000\r\n\r\n", b"x")


def slow_chunks(site: Site):
    """Send bodies in chunks of a byte, a chunk a second."""
    return _dripping(site, HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n")


def slow_headers(site: Site):
    """Send headers that never end."""
    return _dripping(site, HEAD + b"X-Slow: ", b"x")


def all_slow(site: Site):
    """Send bodies slowly from more connections than the server takes."""
    return _dripping(site, HEAD + b"Content-Length: 1000\r\n\r\n", b"x", clients=600)


SCENARIOS = [
    Scenario("nobody else", nobody),
    Scenario(f"{MANY} slow bodies", slow_bodies),
    Scenario(f"{MANY} slow chunked bodies", slow_chunks),
    Scenario(f"{MANY} slow headers", slow_headers),
    Scenario("600 slow bodies", all_slow),
]


@contextlib.contextmanager
def _dripping(site: Site, beginning: bytes, drop: bytes, clients: int = MANY) -> Iterator[None]:
    """Open connections, send the beginning on each, then a drop a second."""
    ended = threading.Event()
    with contextlib.ExitStack() as sockets:
        peers = [
            sockets.enter_context(socket.create_connection(("127.0.0.1", site.port), 10))
            for _client in range(clients)
        ]
        for peer in peers:
            peer.sendall(beginning)
        dripper = threading.Thread(target=_drip, args=(peers, drop, ended))
        dripper.start()
        try:
            yield
        finally:
            ended.set()
            dripper.join()


def _drip(peers, drop, ended):
    while not ended.wait(1):
        for peer in peers:
            # The server may have refused this one meanwhile, as it should.
            with contextlib.suppress(OSError):
                peer.sendall(drop)
