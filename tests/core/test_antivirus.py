"""The plug for clamd, tried against a small clamd of our own on loopback."""

import io
import socket
import struct
import threading

import pytest

from core import antivirus, checks
from core.judges import Refused
from core.uploads import in_words

VIRUS = b"X5O!P%@AP-made-up"


def read(connection, size):
    content = b""
    while len(content) < size and (piece := connection.recv(size - len(content))):
        content += piece
    return content


def serve(listening, got, answer):
    """Answer one INSTREAM as clamd does, or with `answer`."""
    connection, _address = listening.accept()
    with connection:
        got.append(read(connection, 10))
        content = b""
        while size := struct.unpack("!L", read(connection, 4))[0]:
            content += read(connection, size)
        got.append(content)
        found = b"stream: Made-Up-1 FOUND" if VIRUS in content else b"stream: OK"
        connection.sendall((answer or found) + b"\0")


@pytest.fixture(params=["tcp", "unix"])
def clamd(request, settings, tmp_path):
    """start(answer) sets CLAMD to a fake clamd; returns what it was sent."""
    threads = []

    def start(answer=None):
        if request.param == "tcp":
            listening = socket.create_server(("127.0.0.1", 0))
            settings.CLAMD = f"127.0.0.1:{listening.getsockname()[1]}"
        else:
            listening = socket.socket(socket.AF_UNIX)
            listening.bind(str(tmp_path / "clamd"))
            listening.listen()
            settings.CLAMD = str(tmp_path / "clamd")
        got = []
        threads.append(threading.Thread(target=serve, args=[listening, got, answer]))
        threads[-1].start()
        request.addfinalizer(listening.close)
        return got

    yield start
    for thread in threads:
        thread.join()


def why(content):
    with pytest.raises(Refused) as refusal:
        antivirus.scan(io.BytesIO(content))
    return refusal.value


def test_a_clean_file_passes(clamd):
    got = clamd()
    antivirus.scan(io.BytesIO(b"x" * 200_000))
    assert got == [b"zINSTREAM\0", b"x" * 200_000]


def test_an_infected_file_is_refused_by_the_name_of_what_was_found(clamd):
    clamd()
    refused = why(VIRUS)
    assert (refused.code, refused.part) == ("infected", "Made-Up-1")
    assert in_words(refused).messages == [
        "The virus scanner found Made-Up-1 in the file. Choose another one."
    ]


def test_a_file_that_clamd_could_not_scan_is_not_let_in(clamd, caplog):
    clamd(b"INSTREAM size limit exceeded. ERROR")
    assert why(b"x").code == "later"
    assert "size limit exceeded" in caplog.text


@pytest.mark.parametrize("where", ["127.0.0.1:1", "/nowhere/clamd"])
def test_without_an_answer_it_is_said_to_try_later(settings, where):
    settings.CLAMD = where
    assert why(b"x").code == "later"


def test_without_the_setting_nothing_is_asked():
    antivirus.scan(io.BytesIO(VIRUS))


@pytest.mark.parametrize(("where", "wrong"), [("clamd", 1), ("clamd:x", 1), ("[::1]:3310", 0)])
def test_the_setting_is_checked_at_the_start(settings, where, wrong):
    settings.CLAMD = where
    found = [problem.id for problem in checks.values(None)]
    assert found == ["portal.E012"] * wrong
