"""Measure how well and how fast the directory search answers.

Recall on the questions of tests/data at 20,000 customers, then the time of find() there and with
synthetic customers beside. Run by `make bench`; prints a table, asserts nothing.
"""

import csv
import gzip
import os
import random
import statistics
import sys
import time
from collections import Counter
from pathlib import Path

# As a script, outside of pytest and manage.py.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django

django.setup()

from django.db import connection  # noqa: E402
from django.test.utils import setup_databases, teardown_databases  # noqa: E402

from customers.imports import import_customers  # noqa: E402
from customers.models import Customer  # noqa: E402
from customers.search.find import find  # noqa: E402
from customers.search.index import index  # noqa: E402

RARE = 20  # names of the 20,000 up to which a word is a company's own
DATA = Path(__file__).resolve().parent.parent / "tests" / "data"


def directory() -> tuple[list, dict[str, str]]:
    """Read the 20,000 customers as import_customers takes them, [(line, row)], and {id: name}."""
    empty = dict.fromkeys(["country", "website", "domains", "city", "language"], "")
    rows, names = [], {}
    with gzip.open(DATA / "directory-20k.txt.gz", "rt", encoding="utf-8") as lines:
        for line, text in enumerate(lines, 1):
            number, name, aliases, _source = text.rstrip("\n").split("\t")
            rows.append((line, empty | {"name": name, "other_names": aliases}))
            names[number] = name
    return rows, names


def questions() -> list[list[str]]:
    """Read the questions: [asked, wanted name, kind, id]."""
    with open(DATA / "search-dev.tsv", encoding="utf-8") as file:
        return list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def measure() -> tuple:
    """Ask every question; return Counters by kind (first, among five, all), times, and misses."""
    first, five, total, times, misses = Counter(), Counter(), Counter(), [], []
    for asked, wanted, kind, _number in questions():
        start = time.perf_counter()
        found = [customer.name for customer in find(asked)]
        times.append((time.perf_counter() - start) * 1000)
        total[kind] += 1
        first[kind] += found[:1] == [wanted]
        five[kind] += wanted in found
        if wanted not in found[:1]:
            misses.append((kind, asked, wanted, found))
    return first, five, total, times, misses


def nonsense(number: int = 300) -> float:
    """Return the share of made-up words that find nothing."""
    letters = random.Random(7)  # a fixed seed: the same words each time
    words = [
        "".join(
            letters.choice("bcdfghjklmnpqrstvwxz" if at % 2 else "aeiouy")
            for at in range(letters.randint(6, 11))
        )
        for _ in range(number)
    ]
    return sum(not find(word) for word in words) / number


def more(number: int) -> None:
    """Add synthetic customers: names of real customers with their rare words made anew."""
    # Common words stay as common as they are, and each company has words of its own.
    rng = random.Random(1)
    real = [name.split() for name in Customer.objects.values_list("name", flat=True)[:20000]]
    frequent = Counter(word for name in real for word in set(name))
    rare = [word for word, names in frequent.items() if names <= RARE and len(word) > 3]
    for start in range(0, number, 20000):
        names = [
            " ".join(
                _anew(rng, rare) if frequent[word] <= RARE else word for word in rng.choice(real)
            )
            for _ in range(min(20000, number - start))
        ]
        Customer.objects.bulk_create(
            [Customer(name=name[:200]) for name in names], batch_size=5000, ignore_conflicts=True
        )
        index(Customer.objects.filter(name__in=names).values_list("pk", flat=True))


def _anew(rng, words):
    first, second = rng.sample(words, 2)
    return (first[: (len(first) + 1) // 2] + second[len(second) // 2 :])[:20]


def report(title: str, times: list[float], base: float | None = None) -> float:
    """Print the quantiles of times; return the 95th, to compare the next with as `base`."""
    cuts = statistics.quantiles(times, n=100)
    ratio = f"   p95 {cuts[94] / base:.2f} times that at 20,000" if base else ""
    shown = "   ".join(f"p{place + 1} {cuts[place]:6.2f} ms" for place in (49, 94, 98))
    print(f"{title:>12}: {shown}{ratio}")
    return cuts[94]


def main():
    old = setup_databases(0, interactive=False)
    try:
        rows, _names = directory()
        start = time.perf_counter()
        import_customers(rows)
        print(f"import of {len(rows)} customers: {time.perf_counter() - start:.1f} s")
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        first, five, total, times, misses = measure()
        for kind, asked in sorted(total.items()):
            shares = f"first {first[kind] / asked:.2f}  among five {five[kind] / asked:.2f}"
            print(f"{kind:>24}  {shares}  of {asked}")
        everything = sum(total.values())
        print(
            f"recall@1 {sum(first.values()) / everything:.3f}"
            f"   recall@5 {sum(five.values()) / everything:.3f}"
            f"   nonsense finds nothing {nonsense():.3f}"
        )
        base = report("20,000", times)
        if "-v" in sys.argv:
            for miss in misses:
                print(*miss)
        for size in [int(size) for size in sys.argv[1:] if size.isdigit()] or [200_000]:
            more(size - Customer.objects.count())
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")
            report(f"{size:,}", measure()[3], base)
    finally:
        teardown_databases(old, 0)


if __name__ == "__main__":
    main()
