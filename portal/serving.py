"""The web server: waitress, which reads a request whole before it takes a thread for it.

Here is what waitress leaves open: a time for a request to arrive in, room for newcomers when all
connections are taken, refusals in words, and a stop that lets requests at work finish.
"""

import resource
import socket
import threading
import time
from collections.abc import Callable

from django.conf import settings
from django.template.loader import render_to_string
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher
from waitress.utilities import BadRequest

MB = 2**20
FRAMING = 2**16  # bytes of chunk sizes and trailers; browsers send none, other programs a few
SPARE = 50  # connections above the limit, while those that make room for them are being closed
AT_ONCE = 20  # newcomers in a turn of the loop: a turn each would let honest ones wait in a flood
LINGER = 5  # seconds for a refused client to stop sending and read the answer
PAGES = (408, 413)  # refusals with a page of their own; the others share that of 400
REFUSAL_HEADERS = [
    ("Content-Type", "text/html; charset=utf-8"),
    ("Content-Security-Policy", "default-src 'none'"),
    ("X-Content-Type-Options", "nosniff"),
    ("Cache-Control", "no-store"),
]


class RequestTimeout(BadRequest):
    code = 408
    reason = "Request Timeout"


class Request(HTTPRequestParser):
    """A request while it arrives."""

    path = ""  # waitress logs the path of a request, also where no header came

    def __init__(self, adj):
        super().__init__(adj)
        self.began = time.time()

    def received(self, data):
        consumed = super().received(data)
        if self.chunked and self._framing() > FRAMING + len(self.body_rcv) // 10:
            # Chunks of a byte, or a chunk size of megabytes, cost the loop seconds of work.
            self.error = BadRequest("too little in too many chunks")
            self.completed = True
        if self.completed:
            # waitress would ask for the body that was just refused.
            self.expect_continue = False
        return consumed

    def _framing(self):
        return self.body_bytes_received - len(self.body_rcv)


class Refusal(ErrorTask):
    """The answer to a request that never reached Django: a page in both languages."""

    def execute(self):
        error = self.request.error
        page = f"{error.code}.html" if error.code in PAGES else "400.html"
        limits = {"limit": settings.PORTAL_UPLOAD_MB, "seconds": settings.WEB_BODY_SECONDS}
        body = render_to_string(page, limits).encode()
        self.status = f"{error.code} {error.reason}"
        self.response_headers += REFUSAL_HEADERS
        self.set_close_on_finish()
        self.content_length = len(body)
        self.channel.is_refused = True
        self.write(body)


class Channel(HTTPChannel):
    """A connection."""

    parser_class = Request
    error_task_class = Refusal
    is_refused = False
    lingers_until = None

    @property
    def is_busy(self) -> bool:
        """Whether a request is arriving, at work or being answered."""
        return bool(self.request or self.requests or self.total_outbufs_len)

    @property
    def waits_since(self) -> float | None:
        """The time since which the client owes us a request, or the rest of it; None if we owe."""
        if self.requests or self.total_outbufs_len or self.will_close:
            return None
        return self.request.began if self.request else self.last_activity

    def end_overdue(self, now: float) -> None:
        """Refuse a request that takes too long to arrive; drop a client that takes no answer."""
        if self.lingers_until and self.lingers_until < now:
            self.will_close = True
        elif self.total_outbufs_len and self.last_activity < now - self.adj.channel_timeout:
            # waitress spares those at work, but this one's thread may be waiting for the client.
            self.will_close = True
        # The lock, because the thread of an earlier request looks at the one that arrives.
        with self.requests_lock:
            late = now - settings.WEB_BODY_SECONDS
            if self.request and not self.requests and self.request.began <= late:
                self.request.error = RequestTimeout("too slow")
                self.requests.append(self.request)
                self.request = None
                self.server.add_task(self)

    # A socket that is closed with unread bytes is reset, and the client may never see why it was
    # refused. So the refused are read on for a moment, and what they send is thrown away.

    def handle_write(self):
        if self.is_refused and self.close_when_flushed and not self.total_outbufs_len:
            self.close_when_flushed = False
            self.lingers_until = time.time() + LINGER
            self.socket.shutdown(socket.SHUT_WR)
        else:
            super().handle_write()

    def received(self, data):
        return False if self.lingers_until else super().received(data)


class Server(TcpWSGIServer):
    """A listening socket with its connections."""

    channel_class = Channel

    def handle_accept(self):
        for _newcomer in range(AT_ONCE):
            before = len(self.active_channels)
            super().handle_accept()
            if len(self.active_channels) == before:
                return
            if before >= settings.WEB_CONNECTIONS:
                self._make_room()

    def _make_room(self):
        """Close the connection whose client has let us wait longest.

        Who sends slowly, or nothing, thus keeps nobody out.
        """
        waiting = [channel for channel in self.active_channels.values() if channel.waits_since]
        if waiting:
            min(waiting, key=lambda channel: channel.waits_since).will_close = True

    def maintenance(self, now):
        super().maintenance(now)
        for channel in self.active_channels.values():
            channel.end_overdue(now)

    def close_idle(self):
        for channel in self.active_channels.values():
            channel.will_close = channel.will_close or not channel.is_busy

    def is_busy(self) -> bool:
        return any(channel.is_busy for channel in self.active_channels.values())


class Web:
    """The server of a WSGI application: run() it in one thread, stop() it from any."""

    def __init__(self, application: Callable, host: str, port: int):
        self._map, self._stopping = {}, threading.Event()
        self._threads = ThreadedTaskDispatcher()
        adj = Adjustments(
            listen=f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
            threads=settings.WEB_THREADS,
            connection_limit=settings.WEB_CONNECTIONS + SPARE,
            max_request_header_size=32 * 1024,
            max_request_body_size=(settings.PORTAL_UPLOAD_MB + 1) * MB,
            inbuf_overflow=64 * 1024,  # what is larger waits on the disk, not in memory
            channel_timeout=60,
            cleanup_interval=1,  # so exactly is the time of a request kept
            asyncore_use_poll=True,  # select() knows no more than 1,024 files
            log_socket_errors=False,  # of people who close their browser
            ident=None,
            # Who is asking is counted from the right by allauth, TRUSTED_PROXY_COUNT steps. Without
            # a proxy nobody may say.
            clear_untrusted_proxy_headers=not settings.TRUSTED_PROXY_COUNT,
        )
        # A name such as localhost stands for several addresses.
        self.servers = [
            Server(
                bodiless_heads(application),
                self._map,
                dispatcher=self._threads,
                adj=adj,
                sockinfo=sockinfo,
            )
            for sockinfo in adj.listen
        ]
        self._threads.set_thread_count(adj.threads)

    @property
    def port(self) -> int:
        return int(self.servers[0].effective_port)

    def run(self) -> None:
        """Serve until stop(), then finish what is at work, for WEB_STOP_SECONDS at most."""
        while not self._stopping.is_set():
            self._turn(timeout=1)
        until = time.monotonic() + settings.WEB_STOP_SECONDS
        for server in self.servers:
            # Only the listening socket: Server.close() would also close what wakes the loop.
            wasyncore.dispatcher.close(server)
        while any(server.is_busy() for server in self.servers) and time.monotonic() < until:
            for server in self.servers:
                server.close_idle()
                server.maintenance(time.time())
            self._turn(timeout=0.1)
        self._threads.shutdown(timeout=max(0, until - time.monotonic()))
        wasyncore.close_all(self._map)

    def stop(self) -> None:
        """End run(); a handler of a signal may call it."""
        if not self._stopping.is_set():
            self._stopping.set()
            self.servers[0].pull_trigger()

    def _turn(self, timeout):
        wasyncore.loop(timeout, use_poll=True, map=self._map, count=1)


def bodiless_heads(application: Callable) -> Callable:
    """Wrap a WSGI application so that HEAD is answered without a body, as Django leaves to us."""

    def wrapped(environ, start_response):
        body = application(environ, start_response)
        if environ["REQUEST_METHOD"] != "HEAD":
            return body
        if hasattr(body, "close"):
            body.close()
        return []

    return wrapped


def allow_files() -> None:
    """Raise the number of files that the process may have open to what its connections need."""
    # A socket each, and a file for what came in and for what goes out; the rest is everything else.
    needed = 3 * settings.WEB_CONNECTIONS + 200
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < needed:
        most = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
