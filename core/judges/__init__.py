"""Judges of foreign bytes.

They run in the gate's child alone, so nothing here imports Django or knows a setting, and what they
say are codes: words are the parent's.
"""

from collections.abc import Iterator
from contextlib import contextmanager


class Refused(Exception):
    """Foreign bytes are refused: `code` says why, `part` names what was found in them."""

    def __init__(self, code: str, part: str = ""):
        super().__init__(code, part)
        self.code, self.part = code, part


@contextmanager
def damage_refused() -> Iterator[None]:
    """Refuse as broken what a library stumbles over; limits that are reached are no damage."""
    try:
        yield
    except (Refused, MemoryError, RecursionError):
        raise
    # What is damaged breaks a library in many ways, and none of them is worth a traceback.
    except Exception:
        raise Refused("broken") from None
