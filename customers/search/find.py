"""Search of the directory: few candidates by index, then ranked in Python.

The direct statement finds equal, starting, equally sounding and equally abbreviated names; when none fits well, whole names
and single words within a few typing errors are looked at. Measured variants: docs/decisions.md.
"""

from itertools import chain, pairwise

from django.conf import settings
from django.db import connection, transaction

from customers.models import Customer
from customers.search import ranking
from customers.search.names import readings

TIMEOUT_MS = 500  # a search that takes longer is an error of ours and costs nothing
GOOD, FAIR = 0.955, 0.80  # scores from which on no wider net is cast
RARE = 40  # names that a word may stand in to be followed on its own, and that two words together lead to
FREQUENT = 200  # names from which on a word no longer leads to them
HOLDS = "string_to_array(key, ' ') @> ARRAY[%s]"
ANY_OF = "string_to_array(key, ' ') && %s::text[]"
NAMES = "SELECT names FROM customers_searchterm WHERE term = %s"
FIELDS = (
    "SELECT customer_id, key, letters, sound, initials, consonants FROM customers_searchname WHERE "
)


def find(words, limit=None):
    """The listed customers that `words` mean, best first, at most `limit` (PORTAL_SEARCH_RESULTS); [] for nothing or nonsense.

    Raises django.db.OperationalError when the database takes too long.
    """
    understood, typed_consonants = readings(words)
    if not understood and not typed_consonants:
        return []
    with transaction.atomic(), connection.cursor() as cursor:
        # The planner takes a LIMIT for a hint that reading everything will soon do; here an index always serves.
        cursor.execute(
            "SELECT set_config('statement_timeout', %s, true), set_config('enable_seqscan', 'off', true)",
            [str(TIMEOUT_MS)],
        )
        best = _Best(understood, typed_consonants)
        best.look_at(_direct(cursor, understood, typed_consonants))
        for widen, enough in ((_near, GOOD), (_by_words, GOOD), (_by_words_wide, FAIR)):
            if best.score >= enough:
                break
            best.look_at(widen(cursor, understood))
        cursor.execute(
            "SET LOCAL statement_timeout TO DEFAULT; SET LOCAL enable_seqscan TO DEFAULT"
        )
    wanted = best.ids(limit or settings.PORTAL_SEARCH_RESULTS)
    found = Customer.objects.listed().in_bulk(wanted)
    return [found[pk] for pk in wanted if pk in found]


class _Best:
    """The best score of each customer so far."""

    def __init__(self, understood, typed_consonants):
        self.understood, self.typed_consonants = understood, typed_consonants
        self.scores, self.score, self.seen = {}, 0.0, set()

    def look_at(self, rows):
        for row in rows:
            if row not in self.seen:
                self.seen.add(row)
                score = ranking.score(self.understood, self.typed_consonants, row)
                if score > self.scores.get(row[0], (0,))[0]:
                    self.scores[row[0]] = (score, -len(row[2]))
                self.score = max(self.score, score)

    def ids(self, limit):
        enough = max(ranking.SHOWN_FROM, self.score - ranking.SHOWN_WITHIN)
        good = [(score, pk) for pk, score in self.scores.items() if score[0] >= enough]
        return [
            pk
            for _score, pk in sorted(good, key=lambda one: (-one[0][0], -one[0][1], one[1]))[:limit]
        ]


def _run(cursor, parts):
    """All parts as one statement: [(condition with order and limit, parameters)] -> rows of keys."""
    if not parts:
        return []
    cursor.execute(
        " UNION ALL ".join(f"({FIELDS}{sql})" for sql, _ in parts),
        [one for _, given in parts for one in given],
    )
    return cursor.fetchall()


def _direct(cursor, understood, typed_consonants):
    parts = []
    for reading in understood:
        made = reading.keys
        for column, text in (("letters", made.letters), ("sound", made.sound)):
            parts.append(
                (
                    f"left({column}, 4) = left(%s, 4) AND length({column}) = %s AND {column} = %s LIMIT 20",
                    [text, len(text), text],
                )
            )
            if len(text) >= 4:
                starts = f"left({column}, 4) = %s AND length({column}) > %s AND starts_with({column}, %s) ORDER BY length({column}) LIMIT 25"
                parts.append((starts, [text[:4], len(text), text]))
        if 2 <= len(made.letters) <= 6:
            parts.append(
                (
                    "initials = %s AND initials <> '' ORDER BY length(letters) LIMIT 40",
                    [made.letters],
                )
            )
        words = [word for word in made.words if word not in ranking.COMMON]
        parts += [_holding(word) for word in words[:4]]
        if len(words) == 1:
            parts.append((f"{HOLDS} AND ({NAMES}) > {FREQUENT} LIMIT 25", [words[0], words[0]]))
        if len(made.words) > 1:
            parts.append(("string_to_array(key, ' ') @> %s LIMIT 60", [made.words]))
    if len(typed_consonants) == 2:
        parts.append(
            (
                "consonants <> '' AND left(consonants, 2) = %s AND length(consonants) = 2 AND consonants = %s LIMIT 60",
                [typed_consonants, typed_consonants],
            )
        )
    elif typed_consonants:
        starts = (
            "consonants <> '' AND left(consonants, 2) = %s AND length(consonants) >= %s AND starts_with(consonants, %s)"
            " ORDER BY length(consonants) LIMIT 60"
        )
        parts.append((starts, [typed_consonants[:2], len(typed_consonants), typed_consonants]))
    return _run(cursor, parts)


def _holding(word):
    """The shortest names that hold a word; one that many share says too little for reading them all."""
    return f"{HOLDS} AND ({NAMES}) <= {FREQUENT} ORDER BY length(letters) LIMIT 25", [word, word]


def _near(cursor, understood):
    """Whole names within a few edits, their first letters intact."""
    parts = []
    for reading in understood:
        for column, text in (("letters", reading.keys.letters), ("sound", reading.keys.sound)):
            if len(text) >= 5:
                edits = 5 if reading.from_hangul else 1 + (len(text) >= 7) + (len(text) >= 12)
                intact = text[: max(4, len(text) // 3)]
                near = (
                    f"left({column}, 4) = %s AND length({column}) BETWEEN %s AND %s AND {column} >= %s AND {column} < %s"
                    f" AND levenshtein_less_equal({column}, %s, %s) <= %s LIMIT 40"
                )
                given = [
                    text[:4],
                    len(text) - edits,
                    len(text) + edits,
                    intact,
                    intact + "~",
                    text,
                    edits,
                    edits,
                ]
                parts.append((near, given))
    return _run(cursor, parts)


def _by_words(cursor, understood):
    """Names that hold words like those typed: half of each word intact, up to two typing errors."""
    return _follow(cursor, understood, _half_intact)


def _by_words_wide(cursor, understood):
    """Two errors in one word: only its first two letters and about its length are sure."""
    return _follow(cursor, understood, _two_letters)


def _half_intact(word):
    half = max(2, (len(word) + 1) // 2)
    lengths = range(max(2, len(word) - 2), len(word) + 3)
    yield _near_term("term", word[:half], lengths, word)
    yield _near_term("reverse(term)", word[-half:][::-1], lengths, word)


def _two_letters(word):
    yield _near_term("term", word[:2], range(max(3, len(word) - 1), len(word) + 3), word)


def _near_term(column, start, lengths, word):
    """Words of the vocabulary that start so, read from the end or not, and are within two typing errors."""
    condition = f"length(term) = ANY(%s) AND {column} >= %s AND {column} < %s AND levenshtein_less_equal(term, %s, 2) <= 2"
    return condition, [list(lengths), start, start + "~", word]


def _follow(cursor, understood, nets):
    """Names that hold a rare word near one typed, or two words near two neighbours."""
    typed = [reading.keys.words[:5] for reading in understood[:4]]
    candidates = [_long_enough([*words, *ranking.joined(words)]) for words in typed]
    near = _expand(cursor, _long_enough(chain.from_iterable(candidates)), nets)
    parts = []
    for words, looked_up in zip(typed, candidates, strict=True):
        alone = [term for word in looked_up for term in _rare(near[word])]
        if alone:
            parts.append((f"{ANY_OF} LIMIT {RARE}", [alone]))
        for first, second in pairwise(looked_up[: len(words)]):
            left, right = ([term for term, _ in near[word]] for word in (first, second))
            if left and right:
                parts.append((f"{ANY_OF} AND {ANY_OF} LIMIT {RARE}", [left[:40], right[:40]]))
    return _run(cursor, parts)


def _long_enough(words):
    """Each word once; below three letters everything is near everything."""
    return [word for word in dict.fromkeys(words) if len(word) >= 3]


def _expand(cursor, candidates, nets):
    """{word: [(vocabulary word, names it stands in)]}, nearest first."""
    if not candidates:
        return {}
    parts, given = [], []
    for place, word in enumerate(candidates):
        for sql, parameters in [("term = %s", [word]), *nets(word)]:
            parts.append(
                f"(SELECT {place}, term, names FROM customers_searchterm WHERE {sql} LIMIT 200)"
            )
            given += parameters
    cursor.execute(" UNION ".join(parts), given)
    found = {word: [] for word in candidates}
    for place, term, names in cursor.fetchall():
        found[candidates[place]].append((term, names))
    for word, terms in found.items():
        terms.sort(key=lambda one: (ranking.distance(one[0], word), one[1]))
    return found


def _rare(expansion):
    """The nearest words while the names they stand in stay few."""
    total = 0
    for term, names in expansion:
        if term in ranking.COMMON:
            continue
        total += names
        if total > RARE:
            return
        yield term
