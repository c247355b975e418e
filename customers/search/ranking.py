"""Score how well a spelling fits what was typed, from 0 to 1. Pure: strings in, numbers out.

Each kind of likeness has a range of its own, so that a surer kind stands above a vaguer one. The
numbers were found by measuring (docs/decisions.md): change one only with `make bench` beside it.
"""

from functools import lru_cache
from itertools import pairwise

from rapidfuzz.distance import OSA

from customers.search.names import Reading
from customers.search.vocabulary import COMMON

# What is shown.
SHOWN_FROM = 0.72  # lower, and made-up words find names; higher, and two typing errors lose theirs
SHOWN_WITHIN = 0.20  # how far below the best: beside an equal name nobody wants distant ones

# Letters of whole names.
SAME = 1.0  # the letters are equal
SURE = 0.95  # the name begins with the words typed: no vaguer comparison can say more
SURE_SHARE = 0.03  # on top, the more of the name was typed: 'coupa' means the shortest Coupa
BEGINS = 0.87  # the name begins with the letters typed, which end in the middle of a word
BEGINS_SHARE = 0.07  # on top, by share; together still below SURE
BEGINS_LETTERS = 4  # fewer letters than these begin too many names
MISTYPED = 0.985  # factor of a whole name with typing errors
MISTYPED_START = -0.1  # for a beginning with typing errors, against a whole name with as many
MISTYPED_START_SHARE = 0.04  # on top, by share
MISTYPED_START_LETTERS = 6  # of fewer letters an error leaves too little to recognise
MISTYPED_START_MOST = 0.9  # a mistyped beginning is never as good as equal first words
FAR = 0.55  # letters less alike than this never get a whole name to SHOWN_FROM

# Sounds of whole names.
SOUNDS_SAME = 0.98  # below equal letters: the sound key makes different names equal
SOUNDS_FROM_LATIN = -0.02  # Latin letters say their sound less surely than Hangul does
SOUNDS_LIKE_HANGUL, SOUNDS_LIKE_LATIN = 0.97, 0.90  # factors of a sound that is only alike
SOUNDS_BEGIN = 0.76  # the sound begins alike: 'coupa' finds Coopang
SOUNDS_BEGIN_SHARE = 0.1  # on top, by share
SOUND_LETTERS, SOUND_BEGIN_LETTERS = 3, 4  # shorter sounds, and beginnings of them, fit everything

# Initial letters and initial consonants.
INITIALS = 0.90  # 'ibm' for International Business Machines
INITIALS_OF_TWO = 0.80  # two letters are the initials of many names
INITIALS_LETTERS = range(2, 7)  # how many letters people abbreviate a name to
CONSONANTS = 0.97  # 'ㅅㅅㅈㅈ' for 삼성전자: typed on purpose, but several names share them
CONSONANTS_BEGIN = 0.86  # the name's consonants begin so
CONSONANTS_BEGIN_SHARE = 0.1  # on top, by share; together still below CONSONANTS
CONSONANTS_BEGIN_LETTERS = 3  # two consonants begin too many names

# Single words.
WORDS = 0.975  # factor of a name with exactly the words typed, in any order
WORDS_BEYOND = 0.14  # off that factor, by the weight of the words that only the name has
WORD_ALIKE = 0.6  # words less alike than this are different words
WORD_BEGINS = 0.88  # a typed word that begins a word of the name
WORD_BEGINS_LETTERS = 3
COMMON_WEIGHT = 0.35  # of a word like 'global', which says little about which company is meant
LONGEST_WEIGHT = 8  # letters from which on a longer word says no more than this one
RARE_MISSING = 0.5  # a rare word that fits worse than this is missing from the name …
RARE_MISSING_MOST = 0.6  # … whose words then stay below SHOWN_FROM, however many common ones fit
RARE_MISSING_SHARE = 0.1  # on top, by how well that rare word fits


def distance(word: str, other: str) -> int:
    """Count the typing errors between two words; two neighbours swapped count as one error."""
    return OSA.distance(word, other)


def joined(typed: list[str]) -> list[str]:
    """Join each word to the next one, as if without a space: ['sun', 'flower'] -> ['sunflower']."""
    return [first + second for first, second in pairwise(typed)]


def score(understood: list[Reading], typed_consonants: str, row: tuple) -> float:
    """Score a row (customer_id, key, letters, sound, initials, consonants) by its best reading."""
    _pk, key, letters, sound, initials, consonants = row
    fit = max(
        (_reading(reading, key, letters, sound, initials) for reading in understood), default=0.0
    )
    return max(fit, _consonants(typed_consonants, consonants)) if typed_consonants else fit


def _consonants(typed, consonants):
    if consonants == typed:
        return CONSONANTS
    if consonants.startswith(typed) and len(typed) >= CONSONANTS_BEGIN_LETTERS:
        return CONSONANTS_BEGIN + CONSONANTS_BEGIN_SHARE * len(typed) / len(consonants)
    return 0.0


def _reading(reading, key, letters, sound, initials):
    typed = reading.keys
    fit = _letters(typed, key, letters)
    # These cost more, and where the letters are sure they could only say the same.
    if fit < SURE:
        fit = max(
            fit,
            _sounds(typed, sound, reading.from_hangul),
            _words(typed.words, key.split()),
            _initials(typed.letters, initials),
        )
    return fit - reading.cost


def _letters(typed, key, letters):
    if typed.letters == letters:
        return SAME
    share = len(typed.letters) / len(letters)
    # The space keeps 'coupa' from being the first word of 'coupang'.
    if key.startswith(typed.key + " "):
        return SURE + SURE_SHARE * share
    if letters.startswith(typed.letters) and len(typed.letters) >= BEGINS_LETTERS:
        return BEGINS + BEGINS_SHARE * share
    whole = _similarity(typed.letters, letters) * MISTYPED
    if len(typed.letters) < MISTYPED_START_LETTERS:
        return whole
    alike = _similarity(typed.letters, letters[: len(typed.letters)])
    start = alike + MISTYPED_START + MISTYPED_START_SHARE * share
    return max(whole, min(start, MISTYPED_START_MOST))


def _similarity(typed, text):
    # With the cutoff, letters too far apart are given up early: most candidates are.
    return OSA.normalized_similarity(typed, text, score_cutoff=FAR)


def _sounds(typed, sound, from_hangul):
    if len(typed.sound) < SOUND_LETTERS:
        return 0.0
    alike = _similarity(typed.sound, sound)
    if alike == 1:
        return SOUNDS_SAME + (0.0 if from_hangul else SOUNDS_FROM_LATIN)
    begins = 0.0
    if sound.startswith(typed.sound) and len(typed.sound) >= SOUND_BEGIN_LETTERS:
        begins = SOUNDS_BEGIN + SOUNDS_BEGIN_SHARE * len(typed.sound) / len(sound)
    return max(alike * (SOUNDS_LIKE_HANGUL if from_hangul else SOUNDS_LIKE_LATIN), begins)


def _initials(typed, initials):
    if typed != initials or len(typed) not in INITIALS_LETTERS:
        return 0.0
    return INITIALS if len(typed) > 2 else INITIALS_OF_TWO


def _words(typed, in_name):
    left = list(in_name)
    total = matched = 0.0
    rare_fit = None
    # The longest word chooses first: a short word could be more words.
    for word in sorted(typed, key=len, reverse=True):
        fit, nearest = _nearest(word, left)
        if nearest:
            left.remove(nearest)
        weight = _weight(word)
        total += weight
        matched += weight * fit
        if word not in COMMON:
            rare_fit = fit if rare_fit is None else min(fit, rare_fit)
    if not total:
        return 0.0
    fit = matched / total
    if rare_fit is not None and rare_fit < RARE_MISSING:
        fit = min(fit, RARE_MISSING_MOST + RARE_MISSING_SHARE * rare_fit)
    beyond = sum(map(_weight, left))
    return fit * (WORDS - WORDS_BEYOND * beyond / (total + beyond))


def _nearest(word, others):
    fit, nearest = 0.0, None
    for other in others:
        if (alike := _alike(word, other)) > fit:
            fit, nearest = alike, other
    return fit, nearest


# The same few words meet again and again in one search: each pair is compared once.
@lru_cache(maxsize=50_000)
def _alike(word, other):
    if word == other:
        return 1.0
    fit = OSA.normalized_similarity(word, other, score_cutoff=WORD_ALIKE)
    if len(word) >= WORD_BEGINS_LETTERS and other.startswith(word):
        fit = max(fit, WORD_BEGINS)
    return fit


@lru_cache(maxsize=50_000)
def _weight(word):
    return (COMMON_WEIGHT if word in COMMON else 1.0) * min(len(word), LONGEST_WEIGHT) ** 0.5
