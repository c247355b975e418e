"""Attacks of people who signed up: four of them upload a bad file eight times at once.

A new one is a function in drill.bombs and a line in VOLLEYS.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from drill import bombs
from drill.bombs import Paper
from drill.people import Answer, Person

UPLOADS = 8  # as many as the web server has threads


@dataclass(frozen=True)
class Volley:
    """A file that is uploaded many times at once."""

    name: str
    make: Callable[[], Paper]


VOLLEYS = [
    Volley("dangling references", bombs.dangling_pdf),
    Volley("an expanding PDF", bombs.expanding_pdf),
    Volley("lists of relationships", bombs.relations_xlsx),
    Volley("a part that lies", bombs.lying_docx),
    Volley("100 Mpixel in 1 MB", bombs.huge_png),
    Volley("deep XML", bombs.deep_docx),
    # At the door of documents nobody builds the table.
    Volley("a last cell", bombs.last_cell_xlsx),
    Volley("sound files of 10 MB", bombs.sound_pdf),
]
# At the door of tables, by operators.
TABLES = [Volley("a table with a last cell", bombs.last_cell_xlsx)]


@contextmanager
def fired(people: list[Person], paper: Paper) -> Iterator[list[Future[Answer]]]:
    """Let people upload a paper, all at the same moment; wait for the answers at the end."""
    ready = threading.Barrier(UPLOADS)
    shooters = people * (UPLOADS // len(people))
    with ThreadPoolExecutor(UPLOADS) as threads:
        yield [threads.submit(_fire, person, paper, ready) for person in shooters]


def _fire(person, paper, ready):
    ready.wait()
    return person.upload(paper)
