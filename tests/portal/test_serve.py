"""The web server, over real sockets: what strangers send slowly, too much of, or never."""

import http.client
import io
import select
import socket
import threading
from contextlib import contextmanager

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.http import FileResponse, HttpResponse

from core.limits import client_ip
from portal.serving import Web

PATIENCE = 10  # seconds until a test gives up
MB = 2**20


class Answering(WSGIHandler):
    """Django's own handler in front of one view, without middleware."""

    def __init__(self, view):
        self.view = view
        super().__init__()

    def load_middleware(self, is_async=False):
        pass

    def get_response(self, request):
        return self.view(request)


def hello(request):
    return HttpResponse(b"hello", headers={"Content-Length": "5"})


@pytest.fixture
def serve(settings):
    """serve(view, WEB_THREADS=1) starts a server; it is stopped at the end."""
    running = []

    def start(view=hello, **limits):
        for name, value in limits.items():
            setattr(settings, name, value)
        web = Web(Answering(view), "127.0.0.1", 0)
        web.thread = threading.Thread(target=web.run)
        web.thread.start()
        running.append(web)
        return web

    yield start
    for web in running:
        web.stop()
        web.thread.join(PATIENCE)
        assert not web.thread.is_alive()


@contextmanager
def connected(web):
    with socket.create_connection(("127.0.0.1", web.port), PATIENCE) as peer:
        yield peer


def post(peer, body=b"", **headers):
    lines = [
        "POST / HTTP/1.1",
        "Host: localhost",
        *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
    ]
    peer.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)


def chunk(content):
    return b"%x\r\n%s\r\n" % (len(content), content)


def answer(peer):
    """Read an answer that ends with the connection: (status, text)."""
    response = http.client.HTTPResponse(peer)
    response.begin()
    return response.status, response.read().decode()


def get(web, method="GET", headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=PATIENCE)
    try:
        connection.request(method, "/", headers=headers or {})
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def slowly(web):
    """Connections that have sent half a body, half a chunk and half a header."""
    peers = [socket.create_connection(("127.0.0.1", web.port), PATIENCE) for _half in range(3)]
    post(peers[0], b"half", Content_Length=8)
    post(peers[1], b"8\r\nhalf", Transfer_Encoding="chunked")
    peers[2].sendall(b"GET / HTTP/1.1\r\nHost: local")
    return peers


def is_closed(peer):
    try:
        return peer.recv(1) == b""
    except ConnectionResetError:
        return True


def test_what_has_not_arrived_whole_takes_no_thread(serve):
    web = serve(WEB_THREADS=1)
    peers = [peer for _time in range(10) for peer in slowly(web)]
    assert get(web) == (200, "hello")
    for peer in peers:
        peer.close()


@pytest.mark.slow
def test_what_arrives_too_slowly_is_refused_in_words(serve):
    web = serve(WEB_BODY_SECONDS=0.2)
    peers = slowly(web)
    answers = [answer(peer) for peer in peers]
    assert [status for status, _page in answers] == [408] * 3
    assert all("Sending took too long" in page for _status, page in answers)
    for peer in peers:
        peer.close()


@pytest.mark.parametrize("expect", [{}, {"Expect": "100-continue"}])
def test_a_length_above_the_limit_is_refused_before_its_body(serve, expect):
    web = serve(PORTAL_UPLOAD_MB=2)
    with connected(web) as peer:
        post(peer, Content_Length=3 * MB, **expect)
        status, page = answer(peer)
    assert (status, "2 MB together" in page) == (413, True)


def test_a_body_of_the_limit_is_taken(serve):
    web = serve(lambda request: HttpResponse(str(len(request.body))), PORTAL_UPLOAD_MB=2)
    with connected(web) as peer:
        post(peer, bytes(2 * MB), Content_Length=2 * MB, Connection="close")
        assert answer(peer) == (200, str(2 * MB))


def test_chunks_are_counted(serve):
    web = serve(PORTAL_UPLOAD_MB=0)
    with connected(web) as peer:
        post(peer, chunk(bytes(MB // 2)) * 2, Transfer_Encoding="chunked")
        assert answer(peer)[0] == 413


def test_chunks_that_hold_next_to_nothing_are_refused(serve):
    web = serve()
    with connected(web) as peer:
        post(peer, chunk(b"x") * 15_000, Transfer_Encoding="chunked")
        assert answer(peer)[0] == 400


def test_who_sends_all_of_it_still_reads_why_it_was_refused(serve):
    web = serve(PORTAL_UPLOAD_MB=0)
    with connected(web) as peer:
        post(peer, bytes(20 * MB), Content_Length=20 * MB)
        assert answer(peer)[0] == 413


def test_newcomers_get_in_when_all_connections_are_taken(serve):
    web = serve(WEB_CONNECTIONS=9)
    peers = [peer for _time in range(3) for peer in slowly(web)]
    assert get(web) == (200, "hello")
    # Only the server knows which of them it has read first: that one has let it wait longest.
    closed, _, _ = select.select(peers, [], [], PATIENCE)
    assert all(is_closed(peer) for peer in closed)
    assert closed
    for peer in peers:
        peer.close()


def test_head_has_no_body_and_the_connection_goes_on(serve):
    web = serve()
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=PATIENCE)
    for method, body in (("HEAD", b""), ("GET", b"hello")):
        connection.request(method, "/")
        response = connection.getresponse()
        assert (response.headers["Content-Length"], response.read()) == ("5", body)
    connection.close()


class Watched(io.FileIO):
    """A file that remembers the largest piece that was read of it."""

    largest = 0

    def read(self, size=-1):
        content = super().read(size)
        Watched.largest = max(Watched.largest, len(content))
        return content


@pytest.fixture
def large(tmp_path):
    path = tmp_path / "export.zip"
    with open(path, "wb") as file:
        file.truncate(64 * MB)  # a hole: it takes no room
    Watched.largest = 0
    return path


def download(path):
    return lambda request: FileResponse(Watched(path), as_attachment=True)


def test_a_download_is_sent_in_pieces(serve, large):
    web = serve(download(large))
    assert get(web)[1] == "\x00" * 64 * MB
    assert 0 < Watched.largest <= 8 * MB


def test_slow_readers_of_a_download_hold_no_thread(serve, large):
    web = serve(download(large), WEB_THREADS=1)
    with connected(web) as first, connected(web) as second:
        for peer in (first, second):
            peer.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert peer.recv(15) == b"HTTP/1.1 200 OK"


def test_a_stop_lets_what_is_at_work_finish(serve):
    begun, may_end = threading.Event(), threading.Event()

    def slow(request):
        begun.set()
        may_end.wait(PATIENCE)
        return hello(request)

    web = serve(slow)
    with connected(web) as peer:
        peer.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        begun.wait(PATIENCE)
        web.stop()
        may_end.set()
        assert answer(peer) == (200, "hello")
    web.thread.join(PATIENCE)
    with pytest.raises(OSError, match="refused"):
        get(web)


def test_a_stop_sends_a_download_to_its_end(serve, large):
    web = serve(download(large))
    with connected(web) as peer:
        peer.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        response = http.client.HTTPResponse(peer)
        response.begin()
        web.stop()
        assert len(response.read()) == 64 * MB


def test_a_stop_gives_up_what_does_not_end(serve):
    web = serve(WEB_STOP_SECONDS=0.1)
    peers = slowly(web)
    assert get(web)[0] == 200  # so the server has read of the others
    web.stop()
    web.thread.join(PATIENCE)
    assert not web.thread.is_alive()
    for peer in peers:
        peer.close()


@pytest.mark.parametrize(
    ("proxies", "seen"), [(0, "127.0.0.1"), (1, "198.51.100.7"), (2, "203.0.113.9")]
)
def test_the_client_is_known_as_far_as_proxies_are_trusted(serve, settings, proxies, seen):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    web = serve(lambda request: HttpResponse(client_ip(request)), TRUSTED_PROXY_COUNT=proxies)
    claimed = {"X-Forwarded-For": "192.0.2.1, 203.0.113.9, 198.51.100.7"}
    assert get(web, headers=claimed) == (200, seen)
