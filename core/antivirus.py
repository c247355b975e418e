"""The plug for a virus scanner: clamd, asked by its INSTREAM command over a socket."""

import logging
import socket
import struct
from typing import BinaryIO

from django.conf import settings

from core.judges import Refused

log = logging.getLogger(__name__)
SECONDS = 10  # without an answer
PIECE = 2**16
ANSWER_BYTES = 1000


def scan(file: BinaryIO) -> None:
    """Let clamd read a file, if the setting CLAMD names one.

    Raises Refused: 'infected' with the name of what was found, 'later' when clamd does not answer.
    """
    if not settings.CLAMD:
        return
    try:
        answer = _answer(file)
    except OSError as error:
        answer = str(error)
    if answer.endswith(" FOUND"):
        raise Refused("infected", answer.removeprefix("stream: ").removesuffix(" FOUND"))
    # Also a file larger than clamd takes: what nobody has scanned is not let in.
    if not answer.endswith(": OK"):
        log.error("clamd at %s: %s", settings.CLAMD, answer)
        raise Refused("later")


def address() -> str | tuple[str, int]:
    """Return what CLAMD names: a socket's path, (host, port), or '' for none. Raises ValueError."""
    if not settings.CLAMD or settings.CLAMD.startswith("/"):
        return settings.CLAMD
    host, _, port = settings.CLAMD.rpartition(":")
    if not host:
        raise ValueError("neither a path nor host:port")
    return host.strip("[]"), int(port)


def _answer(file):
    with _connected() as clamd:
        clamd.sendall(b"zINSTREAM\0")
        while piece := file.read(PIECE):
            clamd.sendall(struct.pack("!L", len(piece)) + piece)
        clamd.sendall(struct.pack("!L", 0))
        answer = b""
        while b"\0" not in answer and len(answer) < ANSWER_BYTES:
            if not (piece := clamd.recv(ANSWER_BYTES)):
                break
            answer += piece
        return answer.partition(b"\0")[0].decode(errors="replace")


def _connected():
    if isinstance(where := address(), tuple):
        return socket.create_connection(where, SECONDS)
    clamd = socket.socket(socket.AF_UNIX)
    try:
        clamd.settimeout(SECONDS)
        clamd.connect(where)
    except OSError:
        clamd.close()
        raise
    return clamd
