"""Which letters are copies of one: candidates, exact comparison, groups."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np

from classifier.batch.clusters.candidates import Bands
from classifier.batch.clusters.footers import footers_in, key_of_paragraph
from classifier.batch.clusters.forest import Forest
from classifier.batch.clusters.letters import FEWEST_WORDS, paragraphs_of
from classifier.batch.clusters.likeness import Paragraph, alike, words_of
from classifier.batch.clusters.store import Rows

_HELD = 4_000
"""Letters held in memory while they are compared."""
_PIECE = 2_000
_REFUSED = 50_000
_DRIFT = 0.1
"""Less alike by this much the leaders of two groups may be that grow together."""

_Paragraphs = Callable[[int], Sequence[Paragraph]]
"""Index of a letter -> what of it is compared."""


def copies_in(letters: Rows) -> np.ndarray:
    """Return for each letter the first of its copies, int32 (letters,); itself when it is alone.

    Args:
        letters: The numbers of each letter (`letters.Letter`); empty rows are nobody's copies.
    """
    footers = footers_in(letters)

    @lru_cache(maxsize=_HELD)
    def paragraphs(index: int) -> list[Paragraph]:
        return _without(paragraphs_of(letters[index]), footers)

    bands = _bands(letters, footers)
    groups = _Groups(len(letters), paragraphs)
    for first, second in bands.pairs():
        groups.compare(first, second)
    bands.close()
    return groups.forest.leaders()


class _Groups:
    """Groups of copies that grow with every pair found."""

    def __init__(self, size: int, paragraphs: _Paragraphs) -> None:
        self.forest = Forest(size)
        self._paragraphs = paragraphs
        self._refused: set[tuple[int, int]] = set()

    def compare(self, first: np.ndarray, second: np.ndarray) -> None:
        """Join the groups of each pair of letters that are copies."""
        leaders = self.forest.leaders()
        apart = leaders[first] != leaders[second]
        for one, other in zip(first[apart].tolist(), second[apart].tolist(), strict=True):
            led = self.forest.leader(one), self.forest.leader(other)
            if led[0] != led[1] and (one, other) not in self._refused:
                self._join_if_alike(one, other, led)

    def _join_if_alike(self, one: int, other: int, led: tuple[int, int]) -> None:
        known = self._paragraphs
        if alike(known(one), known(other)) and (
            led == (one, other) or alike(known(led[0]), known(led[1]), slack=_DRIFT)
        ):
            self.forest.join(one, other)
        else:
            if len(self._refused) >= _REFUSED:
                self._refused.clear()
            self._refused.add((one, other))


def _without(paragraphs: Sequence[Paragraph], footers: frozenset[int]) -> list[Paragraph]:
    return [p for p in paragraphs if p.telling or key_of_paragraph(p) not in footers]


def _bands(letters: Rows, footers: frozenset[int]) -> Bands:
    bands = Bands()
    for start in range(0, len(letters), _PIECE):
        rows = []
        for index in range(start, min(start + _PIECE, len(letters))):
            kept = words_of(_without(paragraphs_of(letters[index]), footers))
            rows.append(kept if len(kept) >= FEWEST_WORDS else [])
        ends = np.cumsum([0, *map(len, rows)])
        bands.add(np.array([word for row in rows for word in row], np.uint32), ends)
    return bands
