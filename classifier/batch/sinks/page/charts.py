"""Histograms as numbers for the template: where each bar stands, and the same in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from classifier.batch.sinks.page.tally import BINS, STANDINGS
from classifier.render.words import number

WIDTH, HEIGHT = 480, 190
"""Of the drawing, in its own units."""
_TOP, _BASE = 24, 160
_GAP = 6
_STEP = WIDTH / BINS
_LOWEST = 3.0
"""Of a bar that stands for anything at all."""


@dataclass(frozen=True)
class Piece:
    """A rectangle: the messages of one standing in one bar."""

    standing: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Bar:
    """One bar: its pieces from the bottom up, and the count that stands above it."""

    pieces: tuple[Piece, ...]
    x: float
    """Of its middle."""
    top: float
    count: str


def bars(bins: Sequence[Counter[str]], words: Mapping[str, str]) -> list[Bar]:
    """Return a bar for each bin that is not empty.

    Heights grow with the square root of the count: almost all messages are fine, and the few that
    are not would be a hair's breadth high. The counts are written above the bars.
    """
    highest = max((counts.total() for counts in bins), default=0)
    return [
        _bar(place, counts, highest, words) for place, counts in enumerate(bins) if counts.total()
    ]


def _bar(place: int, counts: Counter[str], highest: int, words: Mapping[str, str]) -> Bar:
    height = max(_LOWEST, (_BASE - _TOP) * sqrt(counts.total() / highest))
    left, y, pieces = place * _STEP + _GAP / 2, float(_BASE), []
    for standing in STANDINGS:
        share = height * counts[standing] / counts.total()
        y -= share
        if share:
            piece = (left, y, _STEP - _GAP, share)
            pieces.append(Piece(standing, *(round(value, 2) for value in piece)))
    middle = round(left + (_STEP - _GAP) / 2, 2)
    return Bar(tuple(pieces), middle, round(y - 6, 2), number(words, counts.total()))


def in_words(bins: Sequence[Counter[str]], words: Mapping[str, str]) -> str:
    """Return a histogram as text: its range of scores, and the messages in it, for each bar."""
    told = [
        words["chart_bar"].format(
            low=100 * place // BINS,
            high=100 * (place + 1) // BINS,
            n=number(words, counts.total()),
        )
        for place, counts in enumerate(bins)
        if counts.total()
    ]
    return words["chart_between"].join(told) or words["chart_empty"]
