"""Attack a portal of our own and watch whether others still get in. Run by `make drill`.

Prints a line for each attack; fails when a page took longer than BAR or was not answered well.
"""

import http.client
import resource
import sys
import time

from drill.attacks import SCENARIOS
from drill.site import Site, running

BAR = 1.0  # seconds in which every page has to be there
GIVE_UP = 10  # seconds after which a page counts as never answered
PAGES = ("/healthz", "/accounts/login/")


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


def watch(site: Site, seconds: int) -> dict[str, list[float]]:
    """Ask for each page again and again; return how long each took."""
    times = {path: [] for path in PAGES}
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for path in PAGES:
            times[path].append(seconds_for(site, path))
        time.sleep(0.05)
    return times


def line(name: str, times: dict[str, list[float]]) -> tuple[str, bool]:
    """Return an attack's line of the table, and whether every page came in time."""
    slowest = {path: max(taken) for path, taken in times.items()}
    passed = all(slow <= BAR for slow in slowest.values())
    columns = "".join(f"{slow * 1000:14.0f} ms" for slow in slowest.values())
    asked = sum(len(taken) for taken in times.values())
    return f"{name:<28}{asked:6}{columns}   {'pass' if passed else 'FAIL'}", passed


def main() -> int:
    # The attackers' sockets are files of this process.
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    passed = True
    with running() as site:
        print(f"{'attack':<28}{'asked':>6}" + "".join(f"{path:>17}" for path in PAGES), flush=True)
        for scenario in SCENARIOS:
            with scenario.attack(site):
                times = watch(site, scenario.seconds)
            words, is_good = line(scenario.name, times)
            passed = passed and is_good
            print(words, flush=True)
    print(f"slowest answers (p100); the bar is {BAR:.0f} s:", "passed" if passed else "FAILED")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
