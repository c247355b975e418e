"""Attack a portal of our own and watch whether others still get in. Run by `make drill`.

Prints a line for each attack; fails when a page took longer than BAR or was not answered well, when
an upload was not answered in words, or when the web process took more than MEMORY.
"""

import http.client
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable

from drill.attacks import SCENARIOS, Scenario
from drill.bombs import sound_pdf
from drill.people import ADMINS, ANSWER_WITHIN, OPERATOR, Answer, Operator, Person
from drill.processes import adopt_orphans, end_orphans
from drill.site import Site, running
from drill.volleys import TABLES, UPLOADS, VOLLEYS, Volley, fired

BAR = 1.0  # seconds in which every page has to be there
GIVE_UP = 10  # seconds after which a page counts as never answered
PAGES = ("/healthz", "/accounts/login/")
MEMORY = 300  # MB that the web process may take
AT_LEAST = 2  # seconds that the pages are watched under a volley
IN_ALL = 200  # seconds after which the drill ends by itself; clearing up comes on top


class Ended(Exception):
    """The drill takes too long, or was told to stop."""


def seconds_for(site: Site, path: str) -> float:
    """Measure how long a page takes on a connection of its own; infinity when it does not come."""
    begun = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=GIVE_UP)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
    except (OSError, http.client.HTTPException):
        return float("inf")
    finally:
        connection.close()
    return time.perf_counter() - begun if response.status == 200 else float("inf")


def watch(site: Site, seconds: float, goes_on: Callable[[], bool]) -> dict[str, list[float]]:
    """Ask for each page again and again, for so long at least; return how long each took."""
    times = {path: [] for path in PAGES}
    until = time.monotonic() + seconds
    while time.monotonic() < until or goes_on():
        for path in PAGES:
            times[path].append(seconds_for(site, path))
        time.sleep(0.05)
    return times


def report(site: Site, name: str, times: dict[str, list[float]], answers: list[Answer]) -> bool:
    """Print an attack's line of the table and what was answered; return whether all was well."""
    slowest = {path: max(taken) for path, taken in times.items()}
    asked, memory = sum(len(taken) for taken in times.values()), site.peak_memory()
    answered = max((answer.seconds for answer in answers), default=0)
    passed = (
        all(slow <= BAR for slow in slowest.values())
        and memory <= MEMORY
        and answered <= ANSWER_WITHIN
        and not any(answer.is_failure for answer in answers)
    )
    columns = "".join(f"{slow * 1000:14.0f} ms" for slow in slowest.values())
    columns += f"{answered:9.1f} s" if answers else f"{'':11}"
    print(f"{name:<28}{asked:6}{columns}{memory:8} MB   {'pass' if passed else 'FAIL'}")
    for words, count in Counter(answer.words for answer in answers).most_common():
        print(f"    {count} × {words}")
    sys.stdout.flush()
    return passed


def attack(site: Site, scenario: Scenario) -> bool:
    """Watch the portal under an attack; return whether it held."""
    with scenario.attack(site):
        times = watch(site, scenario.seconds, lambda: False)
    return report(site, scenario.name, times, [])


def shoot(site: Site, people: list[Person], volley: Volley) -> bool:
    """Watch the portal until all uploads of a volley are answered; return whether it held."""
    with fired(people, volley.make()) as uploads:
        times = watch(site, AT_LEAST, lambda: not all(upload.done() for upload in uploads))
    answers = [upload.result() for upload in uploads]
    return report(site, f"{UPLOADS} × {volley.name}", times, answers)


def still_takes(people: list[Person]) -> bool:
    """Say whether everybody's sound file is taken, now that the attacks are over."""
    answers = [person.upload(sound_pdf(10_000)) for person in people]
    print("a sound file of each afterwards:", ", ".join(answer.words for answer in answers))
    return all(answer.is_taken for answer in answers)


def drill(site: Site) -> bool:
    columns = "".join(f"{path:>17}" for path in PAGES)
    print(f"{'attack':<28}{'asked':>6}{columns}{'uploads':>11}{'web peak':>11}", flush=True)
    held = [attack(site, scenario) for scenario in SCENARIOS]
    people = [Person(site, email) for email in ADMINS]
    held += [shoot(site, people, volley) for volley in VOLLEYS]
    held += [shoot(site, [Operator(site, OPERATOR)], volley) for volley in TABLES]
    return all([*held, still_takes(people)])


def end(number, _frame):
    raise Ended(signal.Signals(number).name)


def main() -> int:
    # The attackers' sockets are files of this process.
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    adopt_orphans()
    for number in (signal.SIGALRM, signal.SIGTERM):
        signal.signal(number, end)
    signal.alarm(IN_ALL)
    passed = False
    try:
        with running() as site:
            passed = drill(site)
    except Ended as ended:
        print(f"ended by {ended}")
    signal.alarm(0)
    left = end_orphans()
    passed = passed and not left
    print("".join(f"left behind: {words}\n" for words in left), end="")
    bars = f"the bars are {BAR:.0f} s a page, {ANSWER_WITHIN} s an upload, {MEMORY} MB"
    print(f"slowest answers (p100); {bars}:", "passed" if passed else "FAILED")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
