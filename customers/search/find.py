"""Search the directory: few candidates by index, then ranked in Python.

The direct statement finds equal, starting, equally sounding and equally abbreviated names. When
none fits well, whole names and single words within a few typing errors are looked at. Measured
variants: docs/decisions.md.
"""

from itertools import chain, pairwise

from django.conf import settings
from django.db import connection, transaction

from customers.models import Customer
from customers.search import ranking
from customers.search.names import readings

TIMEOUT_MS = 500  # a search that takes longer is an error of ours and costs no attempt
GOOD = 0.955  # equal letters, sound or first words: no net for typing errors is cast
FAIR = 0.80  # something resembles it: the widest and slowest net is not cast
# Words by how many names they stand in (measured at a million customers: p95 from 24 to 15 ms).
RARE = 40  # names: a word of more names is followed in pairs only, and no look-up reads more
FREQUENT = 200  # from here on a word leads to names only when nothing else was typed
# The LIMITs stop what hundreds of names share: far more candidates than the five names shown.
EQUAL_LIMIT, LONGER_LIMIT, NEAR_LIMIT = 20, 25, 40
WORD_LIMIT, ALL_WORDS_LIMIT = 25, 60
INITIALS_LIMIT, CONSONANTS_LIMIT = 40, 60
TERM_LIMIT = 200  # words of the vocabulary near a typed word
# A query is a name, not a text: what comes later says no more, and each word costs a look-up.
WORDS_DIRECT, WORDS_NEAR, READINGS_NEAR, TERMS_A_WORD = 4, 5, 4, 40
BLOCK = 4  # letters that the indexes search_by_letters and search_by_sound begin with
AFTER_ALL = "~"  # sorts after every letter and digit of a key: the end of a range of beginnings

# The columns that ranking.score() takes, in its order.
FIELDS = (
    "SELECT customer_id, key, letters, sound, initials, consonants FROM customers_searchname WHERE "
)
# Names that hold a word, or any of several: answered by the GIN index search_by_words.
HOLDS = "string_to_array(key, ' ') @> ARRAY[%s]"
HOLDS_ANY = "string_to_array(key, ' ') && %s::text[]"
# In how many names a word stands: answered by the primary key of the vocabulary.
NAMES = "SELECT names FROM customers_searchterm WHERE term = %s"


def find(words: str, limit: int | None = None) -> list[Customer]:
    """Find the listed customers that `words` mean, best first; [] for nothing or nonsense.

    Returns at most `limit` customers, PORTAL_SEARCH_RESULTS when it is not given. Raises
    django.db.OperationalError when the database takes too long.
    """
    understood, typed_consonants = readings(words)
    if not understood and not typed_consonants:
        return []
    best = _Best(understood, typed_consonants)
    with transaction.atomic(), connection.cursor() as cursor:
        # The planner takes a LIMIT for a hint that reading everything will soon do; here an index
        # always serves (measured: p95 from 49 to 9 ms).
        cursor.execute(
            "SELECT set_config('statement_timeout', %s, true),"
            " set_config('enable_seqscan', 'off', true)",
            [str(TIMEOUT_MS)],
        )
        best.look_at(_direct(cursor, understood, typed_consonants))
        # From the cheapest net to the widest, as long as nothing caught so far fits well.
        for widen, enough in ((_near, GOOD), (_by_words, GOOD), (_by_words_wide, FAIR)):
            if best.score >= enough:
                break
            best.look_at(widen(cursor, understood))
        # Both settings would stay for what the caller does next in the same transaction.
        cursor.execute(
            "SET LOCAL statement_timeout TO DEFAULT; SET LOCAL enable_seqscan TO DEFAULT"
        )
    wanted = best.ids(limit or settings.PORTAL_SEARCH_RESULTS)
    # Only listed customers have keys; whether a customer is still listed, its own row says.
    found = Customer.objects.listed().in_bulk(wanted)
    return [found[pk] for pk in wanted if pk in found]


class _Best:
    """The best score of each customer among the rows seen so far."""

    def __init__(self, understood, typed_consonants):
        self.understood, self.typed_consonants = understood, typed_consonants
        self.of_customers = {}  # id -> (score, length of the spelling that has it)
        self.score = 0.0
        self.seen = set()  # several nets bring the same row: it is ranked once

    def look_at(self, rows):
        for row in rows:
            if row in self.seen:
                continue
            self.seen.add(row)
            customer, letters = row[0], row[2]
            score = ranking.score(self.understood, self.typed_consonants, row)
            if score > self.of_customers.get(customer, (0.0, 0))[0]:
                self.of_customers[customer] = (score, len(letters))
            self.score = max(self.score, score)

    def ids(self, limit):
        enough = max(ranking.SHOWN_FROM, self.score - ranking.SHOWN_WITHIN)
        # Of equally good names the shortest first: the least of it was left untyped.
        good = sorted(
            (-score, length, customer)
            for customer, (score, length) in self.of_customers.items()
            if score >= enough
        )
        return [customer for _score, _length, customer in good[:limit]]


def _run(cursor, parts):
    if not parts:
        return []
    # Each part is (condition with order and limit, its parameters). One statement for all: a part
    # takes less time than a way to the database and back.
    cursor.execute(
        " UNION ALL ".join(f"({FIELDS}{condition})" for condition, _ in parts),
        [parameter for _, parameters in parts for parameter in parameters],
    )
    return cursor.fetchall()


def _direct(cursor, understood, typed_consonants):
    parts = []
    for reading in understood:
        typed = reading.keys
        parts += _equal_and_longer("letters", typed.letters)
        parts += _equal_and_longer("sound", typed.sound)
        parts += _abbreviated(typed.letters)
        parts += _holding(typed.words)
    parts += _with_consonants(typed_consonants)
    return _run(cursor, parts)


def _equal_and_longer(column, text):
    # left(…, 4), length(…) and the column itself are one index (search_by_letters,
    # search_by_sound): it serves equal names, and longer ones with the shortest first.
    yield (
        f"left({column}, {BLOCK}) = left(%s, {BLOCK}) AND length({column}) = %s"
        f" AND {column} = %s LIMIT {EQUAL_LIMIT}",
        [text, len(text), text],
    )
    if len(text) >= BLOCK:
        yield (
            f"left({column}, {BLOCK}) = %s AND length({column}) > %s AND starts_with({column}, %s)"
            f" ORDER BY length({column}) LIMIT {LONGER_LIMIT}",
            [text[:BLOCK], len(text), text],
        )


def _abbreviated(letters):
    # 'ibm' finds International Business Machines. The condition <> '' is that of the partial
    # index search_by_initials, which has the length for the order.
    if len(letters) in ranking.INITIALS_LETTERS:
        condition = (
            f"initials = %s AND initials <> '' ORDER BY length(letters) LIMIT {INITIALS_LIMIT}"
        )
        yield condition, [letters]


def _holding(typed):
    telling = [word for word in typed if word not in ranking.COMMON]
    # The shortest names first; a word that many names share says too little for reading them all.
    for word in telling[:WORDS_DIRECT]:
        yield (
            f"{HOLDS} AND ({NAMES}) <= {FREQUENT} ORDER BY length(letters) LIMIT {WORD_LIMIT}",
            [word, word],
        )
    # Unless it is all that was typed; then any of them, for sorting all would take the time.
    if len(telling) == 1:
        yield f"{HOLDS} AND ({NAMES}) > {FREQUENT} LIMIT {WORD_LIMIT}", [telling[0], telling[0]]
    # All words together, whatever their order in the name.
    if len(typed) > 1:
        yield f"string_to_array(key, ' ') @> %s LIMIT {ALL_WORDS_LIMIT}", [typed]


def _with_consonants(typed):
    # 'ㅅㅅㅈㅈ' finds 삼성전자, by the partial index search_by_consonants.
    if len(typed) == 2:
        yield (
            "consonants <> '' AND left(consonants, 2) = %s AND length(consonants) = 2"
            f" AND consonants = %s LIMIT {CONSONANTS_LIMIT}",
            [typed, typed],
        )
    elif typed:
        yield (
            "consonants <> '' AND left(consonants, 2) = %s AND length(consonants) >= %s"
            " AND starts_with(consonants, %s)"
            f" ORDER BY length(consonants) LIMIT {CONSONANTS_LIMIT}",
            [typed[:2], len(typed), typed],
        )


def _near(cursor, understood):
    # Whole names within a few typing errors, their first letters intact.
    parts = []
    for reading in understood:
        for column, text in (("letters", reading.keys.letters), ("sound", reading.keys.sound)):
            # Of five letters on: below that, the intact beginning is all there is.
            if len(text) > BLOCK:
                # Up to three errors, the longer the more; a wrong syllable is up to five letters.
                edits = 5 if reading.from_hangul else 1 + (len(text) >= 7) + (len(text) >= 12)
                # A range of the same index: the more is intact, the fewer names are compared.
                intact = text[: max(BLOCK, len(text) // 3)]
                condition = (
                    f"left({column}, {BLOCK}) = %s AND length({column}) BETWEEN %s AND %s"
                    f" AND {column} >= %s AND {column} < %s"
                    f" AND levenshtein_less_equal({column}, %s, %s) <= %s LIMIT {NEAR_LIMIT}"
                )
                lengths = [len(text) - edits, len(text) + edits]
                block = [text[:BLOCK], *lengths, intact, intact + AFTER_ALL]
                parts.append((condition, [*block, text, edits, edits]))
    return _run(cursor, parts)


def _by_words(cursor, understood):
    # Half of each word is intact, with up to two typing errors in the other half.
    return _follow(cursor, understood, _half_intact)


def _by_words_wide(cursor, understood):
    # Two errors anywhere: only the first two letters and about the length of a word are right.
    return _follow(cursor, understood, _two_letters)


def _half_intact(word):
    half = max(2, (len(word) + 1) // 2)
    lengths = range(max(2, len(word) - 2), len(word) + 3)
    # An error in the second half leaves the beginning (index terms_forward), an error in the first
    # half leaves the end (index terms_backward, over the word read backwards).
    yield _near_term("term", word[:half], lengths, word)
    yield _near_term("reverse(term)", word[-half:][::-1], lengths, word)


def _two_letters(word):
    # At most one letter shorter: of a shorter word two right letters say too little.
    yield _near_term("term", word[:2], range(max(3, len(word) - 1), len(word) + 3), word)


def _near_term(column, start, lengths, word):
    # length(…) and the word, or the word backwards, are one index; it holds the columns that
    # _expand() reads, so that no row is fetched (measured at a million: p95 from 13.5 to 10 ms).
    condition = (
        f"length(term) = ANY(%s) AND {column} >= %s AND {column} < %s"
        " AND levenshtein_less_equal(term, %s, 2) <= 2"
    )
    return condition, [list(lengths), start, start + AFTER_ALL, word]


def _follow(cursor, understood, nets):
    # Names that hold a rare word near a typed word, or two words near two neighbours.
    typed = [reading.keys.words[:WORDS_NEAR] for reading in understood[:READINGS_NEAR]]
    candidates = [_long_enough([*words, *ranking.joined(words)]) for words in typed]
    near = _expand(cursor, _long_enough(chain.from_iterable(candidates)), nets)
    parts = []
    for words, looked_up in zip(typed, candidates, strict=True):
        alone = [term for word in looked_up for term in _rare(near[word])]
        if alone:
            parts.append((f"{HOLDS_ANY} LIMIT {RARE}", [alone]))
        # Common words lead to names in pairs only.
        for first, second in pairwise(looked_up[: len(words)]):
            left, right = ([term for term, _ in near[word]] for word in (first, second))
            if left and right:
                both = [left[:TERMS_A_WORD], right[:TERMS_A_WORD]]
                parts.append((f"{HOLDS_ANY} AND {HOLDS_ANY} LIMIT {RARE}", both))
    return _run(cursor, parts)


def _long_enough(words):
    # Below three letters everything is near everything. dict.fromkeys: each word once, in order.
    return [word for word in dict.fromkeys(words) if len(word) >= 3]


def _expand(cursor, candidates, nets):
    # {word: [(word of the vocabulary near it, number of names that hold that)]}
    if not candidates:
        return {}
    parts, parameters = [], []
    for place, word in enumerate(candidates):
        for condition, values in [("term = %s", [word]), *nets(word)]:
            parts.append(
                f"(SELECT {place}, term, names FROM customers_searchterm"
                f" WHERE {condition} LIMIT {TERM_LIMIT})"
            )
            parameters += values
    # UNION, not UNION ALL: both nets may catch the same word.
    cursor.execute(" UNION ".join(parts), parameters)
    found = {word: [] for word in candidates}
    for place, term, names in cursor.fetchall():
        found[candidates[place]].append((term, names))
    for word, terms in found.items():
        terms.sort(key=lambda near: (ranking.distance(near[0], word), near[1]))
    return found


def _rare(expansion):
    # The nearest words, as long as the names that hold them stay few.
    total = 0
    for term, names in expansion:
        if term in ranking.COMMON:
            continue
        total += names
        if total > RARE:
            return
        yield term
