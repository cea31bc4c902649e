"""Two judges on the same messages: how far apart are they, and is that more than chance?

Both are measured on every resample (Efron 1979), so what makes a message hard for both cancels
out, and small differences can be told from none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from classifier.evaluation import intervals
from classifier.evaluation.intervals import Estimate, from_samples
from classifier.evaluation.measures import Rows

SLIGHT = 0.002
"""A measure that falls by less is not lost, however sure the fall: no verdict hangs on it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A measure of two judges on the same messages."""

    measure: str
    """A key of PAIRED."""
    old: float
    new: float
    gain: Estimate
    """`new - old`, with its interval; below zero where the new one is worse."""

    @property
    def lost(self) -> bool:
        """Whether the new one is worse by more than the interval; False where undefined."""
        return bool(self.gain.high < 0 and self.gain.value <= -SLIGHT)

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON; null where the measure is not defined."""
        both = {"old": self.old, "new": self.new}
        known = {key: None if np.isnan(value) else value for key, value in both.items()}
        return {"measure": self.measure, **known, "gain": self.gain.to_dict(), "lost": self.lost}


def differences(old: Rows, new: Rows) -> list[Difference]:
    """Return the difference in each of PAIRED.

    Args:
        old: of one judge.
        new: of another, the same messages in the same order.
    """
    weights = _resamples(old.groups)
    found = []
    for name, measure in PAIRED.items():
        a, b = measure(old, weights), measure(new, weights)
        # The first row of the weights is the sample itself.
        gain = from_samples(float(b[0] - a[0]), b[1:] - a[1:])
        found.append(Difference(name, float(a[0]), float(b[0]), gain))
    return found


def _resamples(groups: np.ndarray) -> np.ndarray:
    """Return float64 (1 + RESAMPLES, n): how often each row counts; first, once each."""
    n_groups = int(groups.max()) + 1
    random = np.random.default_rng(intervals.SEED)
    drawn = random.multinomial(n_groups, np.full(n_groups, 1 / n_groups), intervals.RESAMPLES)
    return np.vstack([np.ones(n_groups), drawn])[:, groups]


def weighted_average_precision(rows: Rows, weights: np.ndarray) -> np.ndarray:
    """Return float64 (r,): scikit-learn's average precision under each of r weightings of rows.

    Sorted once for all of them, which is forty times faster than once each.

    Args:
        rows: n of them.
        weights: float64 (r, n), at least 0.
    """
    order = np.argsort(-rows.scores, kind="stable")
    scores = rows.scores[order]
    ends = np.flatnonzero(np.append(scores[1:] != scores[:-1], True))
    hits = np.cumsum(weights[:, order] * rows.truth[order], axis=1)[:, ends]
    called = np.cumsum(weights[:, order], axis=1)[:, ends]
    precision = np.divide(hits, called, out=np.zeros_like(hits), where=called > 0)
    steps = np.diff(hits, axis=1, prepend=0.0)
    return _shares((precision * steps).sum(axis=1), hits[:, -1])


def weighted_f1(rows: Rows, weights: np.ndarray) -> np.ndarray:
    """Return float64 (r,): F1 under each of r weightings of rows; see above."""
    hits = weights @ (rows.flagged & rows.truth)
    return _shares(2 * hits, weights @ rows.flagged + weights @ rows.truth)


def _shares(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    shares = np.full(len(part), np.nan)
    np.divide(part, whole, out=shares, where=whole > 0)
    return shares


PAIRED = {"average_precision": weighted_average_precision, "f1": weighted_f1}
"""What two judges are compared by: how well they rank, and how well they decide."""
