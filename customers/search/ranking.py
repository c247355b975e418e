"""How well a spelling fits what was typed, from 0 to 1. Pure: strings in, numbers out."""

from functools import lru_cache
from itertools import pairwise

from rapidfuzz.distance import OSA

from customers.search.vocabulary import COMMON

SHOWN_FROM = 0.72  # worse than this is not shown
SHOWN_WITHIN = 0.20  # nor what is this much worse than the best
SURE = 0.95  # the first words are equal: no other comparison says more
FAR = 0.55  # of letters: below this no comparison of whole names gets to SHOWN_FROM


def distance(one, other):
    """Typing errors between two words; neighbouring letters swapped count as one."""
    return OSA.distance(one, other)


def joined(typed):
    """Words as if typed without the space between them: ['sun', 'flower'] -> ['sunflower']."""
    return [first + second for first, second in pairwise(typed)]


def score(understood, typed_consonants, row):
    """The best fit over all readings of one row (customer_id, key, letters, sound, initials, consonants)."""
    _pk, key, letters, sound, initials, consonants = row
    fit = max(
        (_reading(reading, key, letters, sound, initials) for reading in understood), default=0.0
    )
    return max(fit, _consonants(typed_consonants, consonants)) if typed_consonants else fit


def _consonants(typed, consonants):
    if consonants == typed:
        return 0.97
    return (
        0.86 + 0.1 * len(typed) / len(consonants)
        if consonants.startswith(typed) and len(typed) >= 3
        else 0.0
    )


def _reading(reading, key, letters, sound, initials):
    typed = reading.keys
    fit = _letters(typed, key, letters)
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
        return 1.0
    share = len(typed.letters) / len(letters)
    if key.startswith(typed.key + " "):
        return SURE + 0.03 * share
    if letters.startswith(typed.letters) and len(typed.letters) >= 4:
        return 0.87 + 0.07 * share
    whole = _similarity(typed.letters, letters) * 0.985
    start = letters[: len(typed.letters)]
    part = (
        (_similarity(typed.letters, start) - 0.1 + 0.04 * share) if len(typed.letters) >= 6 else 0.0
    )
    return max(whole, min(part, 0.9))


def _similarity(one, other):
    """From 0 to 1; what is too far apart to be shown is 0, which is found out sooner."""
    return OSA.normalized_similarity(one, other, score_cutoff=FAR)


def _sounds(typed, sound, from_hangul):
    if len(typed.sound) < 3:
        return 0.0
    ratio = _similarity(typed.sound, sound)
    if ratio == 1:
        return 0.98 - (0.0 if from_hangul else 0.02)
    start = (
        0.76 + 0.1 * len(typed.sound) / len(sound)
        if sound.startswith(typed.sound) and len(typed.sound) >= 4
        else 0.0
    )
    return max(ratio * (0.97 if from_hangul else 0.90), start)


def _initials(typed, initials):
    if typed != initials or not 2 <= len(typed) <= 6:
        return 0.0
    return 0.90 if len(typed) > 2 else 0.80


def _words(typed, there):
    """Each typed word with its nearest, weighted by how much it says; what the name holds beyond them counts a little against it."""
    left = list(there)
    total = matched = 0.0
    rare_fit = None
    for word in sorted(typed, key=len, reverse=True):
        fit, nearest = 0.0, None
        for other in left:
            if (alike := _alike(word, other)) > fit:
                fit, nearest = alike, other
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
    if rare_fit is not None and rare_fit < 0.5:
        fit = min(fit, 0.6 + 0.1 * rare_fit)
    beyond = sum(map(_weight, left))
    return fit * (0.975 - 0.14 * beyond / (total + beyond))


@lru_cache(maxsize=50_000)
def _weight(word):
    return (0.35 if word in COMMON else 1.0) * min(len(word), 8) ** 0.5


@lru_cache(maxsize=50_000)
def _alike(word, other):
    """How alike two words are; 0 below 0.6. The same few words meet again and again in one search."""
    if word == other:
        return 1.0
    fit = OSA.normalized_similarity(word, other, score_cutoff=0.6)
    if len(word) >= 3 and other.startswith(word):
        fit = max(fit, 0.88)
    return fit
