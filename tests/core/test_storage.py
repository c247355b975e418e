"""Files in an S3-compatible store: the real client against a small store on loopback."""

import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.tree import ROOT

SCRIPT = """
import django; django.setup()
from django.core.files.base import ContentFile
from django.core.files.storage import storages
store = storages["private"]
name = store.save("document/ab/cdef", ContentFile(b"paper"))
with store.open(name) as file:
    print(name, file.read().decode())
store.delete(name)
print(store.exists(name))
"""


class Store(BaseHTTPRequestHandler):
    """As much of S3 as saving, reading and deleting need; it keeps the headers of each request."""

    files, asked = {}, []

    def do_PUT(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if "aws-chunked" in self.headers.get("Content-Encoding", ""):
            size, _, rest = body.partition(b"\r\n")
            body = rest[: int(size.split(b";")[0], 16)]
        self.files[self.path] = body
        self.answer(200)

    def do_GET(self):
        self.answer(200 if self.path in self.files else 404, self.files.get(self.path, b""))

    def do_HEAD(self):
        self.answer(200 if self.path in self.files else 404)

    def do_DELETE(self):
        self.files.pop(self.path, None)
        self.answer(204)

    def answer(self, status, body=b""):
        self.asked.append(
            (
                self.command,
                self.path,
                self.headers.get("x-amz-acl"),
                "Authorization" in self.headers,
            )
        )
        self.send_response(status)
        self.send_header("Content-Length", str(len(self.files.get(self.path, body))))
        self.send_header("Last-Modified", "Tue, 24 Nov 2026 00:00:00 GMT")
        self.send_header("ETag", '"x"')
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Silence."""


@pytest.fixture
def store():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Store)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_files_are_kept_private_in_a_bucket(store):
    settings = {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "FILES_BUCKET": "papers",
        "FILES_ENDPOINT": f"http://127.0.0.1:{store.server_port}",
        "FILES_REGION": "kr",
        "FILES_KEY": "key",
        "FILES_SECRET": "secret",
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=ROOT,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.split() == ["document/ab/cdef", "paper", "False"], done.stderr
    put = next(one for one in Store.asked if one[0] == "PUT")
    assert put == ("PUT", "/papers/document/ab/cdef", "private", True)
