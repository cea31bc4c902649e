"""Footers that a whole batch shares: paragraphs whose holders have nothing else in common.

A mass letter's paragraphs are shared by many messages too; but these agree beside it as well.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from itertools import pairwise
from statistics import median

import numpy as np
from rapidfuzz.distance import LCSseq

from classifier.batch.clusters.letters import paragraphs_of
from classifier.batch.clusters.likeness import Paragraph, words_of
from classifier.batch.clusters.store import Rows

FEWEST_HOLDERS = 12
SHARE = 500
"""A footer stands in one of so many letters of the batch; rarer ones are left to `alike`."""

KNOWN = 0.6
"""Share of a letter's other words from which it has more in common with another than a footer."""

_BUCKETS = 2**22
_HOLDERS = 24
_PIECE = 20_000
_SEED = 7


def footers_in(letters: Rows) -> frozenset[int]:
    """Return the keys of the paragraphs that are footers.

    Args:
        letters: The numbers of each letter (`letters.Letter`).
    """
    frequent = _frequent(letters)
    if not frequent.any():
        return frozenset()
    found = set()
    holders = _holders(letters, frequent)
    for paragraph, some in holders.items():
        agree = [
            _stands_in(letters[one], letters[other], frequent) for one, other in pairwise(some)
        ]
        if agree and median(agree) < KNOWN:
            found.add(paragraph)
    return frozenset(found)


def key_of_paragraph(paragraph: Paragraph) -> int:
    """Return 64 bits for the words of a paragraph."""
    return hash(paragraph.words)


def _keys(numbers: np.ndarray) -> list[int]:
    """Return the keys of the paragraphs that tell nothing, none twice."""
    plain = (p for p in paragraphs_of(numbers) if not p.telling)
    return list(dict.fromkeys(map(key_of_paragraph, plain)))


def _frequent(letters: Rows) -> np.ndarray:
    """Return bool (_BUCKETS,): whether many letters hold a paragraph of this bucket."""
    counts = np.zeros(_BUCKETS, np.uint32)
    waiting: list[int] = []
    for index in range(len(letters)):
        waiting += _buckets(_keys(letters[index]))
        if len(waiting) > _PIECE:
            np.add.at(counts, waiting, 1)
            waiting.clear()
    np.add.at(counts, np.array(waiting, np.int64), 1)
    return counts >= max(FEWEST_HOLDERS, len(letters) // SHARE)


def _buckets(keys: Iterable[int]) -> list[int]:
    return [key % _BUCKETS for key in keys]


def _holders(letters: Rows, frequent: np.ndarray) -> dict[int, list[int]]:
    """Return for each frequent paragraph some of the letters that hold it, spread evenly."""
    chance = random.Random(_SEED)
    seen: dict[int, int] = {}
    holders: dict[int, list[int]] = {}
    for index in range(len(letters)):
        for key in _keys(letters[index]):
            if not frequent[key % _BUCKETS]:
                continue
            seen[key] = seen.get(key, 0) + 1
            some = holders.setdefault(key, [])
            if len(some) < _HOLDERS:
                some.append(index)
            elif (place := chance.randrange(seen[key])) < _HOLDERS:
                some[place] = index
    return holders


def _stands_in(one: np.ndarray, other: np.ndarray, frequent: np.ndarray) -> float:
    """Return how much of one letter stands in another, beside frequent paragraphs, in 0..1.

    The other is taken whole: where a copy of a mass letter has a word of its own in a line, the
    others have that line as a frequent one.
    """
    rest = words_of(
        [
            paragraph
            for paragraph in paragraphs_of(one)
            if paragraph.telling or not frequent[key_of_paragraph(paragraph) % _BUCKETS]
        ]
    )
    whole = words_of(paragraphs_of(other))
    return float(LCSseq.similarity(rest, whole)) / len(rest) if rest else 1.0
