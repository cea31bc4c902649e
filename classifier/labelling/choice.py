"""What to ask next: the message whose answer would teach most, and now and then any.

Uncertainty sampling (Lewis and Gale 1994), beside disagreement with the nearest neighbours; one of
each mass send; languages in turn. One question in RANDOM_EVERY is drawn by chance: what is counted
on those alone holds for the whole pool.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from typing import Literal

import numpy as np

from classifier.labelling.pool import Candidate, score_matrix
from classifier.schema import LABELS, Label

RANDOM_EVERY = 5
"""One question in so many is drawn by chance."""

NEIGHBOURS = 5
DIMENSIONS = 48
"""Neighbours are looked for in so many dimensions of latent semantics (Deerwester et al. 1990)."""

SEED = 20261130

Picked = Literal["uncertain", "neighbours", "random"]


class Chooser:
    """Picks from a pool; every pick costs about nothing, all work is done at the start.

    Args:
        pool: what may be asked about.
        thresholds: probability from which each label is flagged.
    """

    def __init__(self, pool: Sequence[Candidate], thresholds: Mapping[Label, float]) -> None:
        self._pool = pool
        near = closeness(score_matrix(pool), np.array([thresholds[label] for label in LABELS]))
        apart = disagreement(pool)
        self._why: list[Picked] = [
            "uncertain" if close >= far else "neighbours"
            for close, far in zip(near.tolist(), apart.tolist(), strict=True)
        ]
        order = np.argsort(-(near + apart), kind="stable").tolist()
        self._ranked = {
            lang: [i for i in order if pool[i].lang == lang]
            for lang in dict.fromkeys(one.lang for one in pool)
        }
        self._by_chance = list(range(len(pool)))
        random.Random(SEED).shuffle(self._by_chance)

    def pick(
        self, answered: Sequence[int], skipped: Container[int] = ()
    ) -> tuple[int, Picked] | None:
        """Return a place in the pool and why it was picked; None when nothing is left.

        Args:
            answered: places in the pool that were answered.
            skipped: places that are asked about only when nothing else is left.
        """
        done = set(answered)
        if (len(answered) + 1) % RANDOM_EVERY == 0:
            for i in self._by_chance:
                if i not in done and i not in skipped:
                    return i, "random"
        sends = {self._pool[i].cluster for i in done} - {None}
        count = Counter(self._pool[i].lang for i in answered)
        for lang in sorted(self._ranked, key=lambda lang: (count[lang], lang)):
            for i in self._ranked[lang]:
                if i not in done and i not in skipped and self._pool[i].cluster not in sends:
                    return i, self._why[i]
        return self.pick(answered) if skipped else None


def closeness(scores: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Return float64 (n,), 0 to 1: how near the nearest label is to its threshold, in log-odds.

    Args:
        scores: float64 (n, n_labels), probabilities.
        thresholds: float64 (n_labels,).
    """
    if not len(scores):
        return np.zeros(0)
    apart = np.abs(_log_odds(scores) - _log_odds(thresholds)).min(axis=1)
    near: np.ndarray = np.exp(-apart)
    return near


def _log_odds(probabilities: np.ndarray) -> np.ndarray:
    inside = np.clip(probabilities, 1e-6, 1 - 1e-6)
    odds: np.ndarray = np.log(inside / (1 - inside))
    return odds


def disagreement(pool: Sequence[Candidate]) -> np.ndarray:
    """Return float64 (n,), 0 to 1: how far each one's scores are from its nearest neighbours'."""
    if len(pool) <= NEIGHBOURS:
        return np.zeros(len(pool))
    from sklearn.feature_extraction.text import HashingVectorizer  # noqa: PLC0415 - a second saved
    from sklearn.neighbors import NearestNeighbors  # noqa: PLC0415
    from sklearn.preprocessing import normalize  # noqa: PLC0415
    from sklearn.utils.extmath import randomized_svd  # noqa: PLC0415

    words = HashingVectorizer(n_features=2**16, alternate_sign=False, token_pattern=r"\w+")
    counts = words.transform([one.text for one in pool])
    size = min(DIMENSIONS, len(pool) - 1)
    places, strengths, _ = randomized_svd(counts, size, random_state=SEED)
    space = normalize(places * strengths)
    found = NearestNeighbors(n_neighbors=NEIGHBOURS + 1, algorithm="brute").fit(space)
    nearest = found.kneighbors(space, return_distance=False)[:, 1:]
    scores = score_matrix(pool)
    apart: np.ndarray = np.abs(scores - scores[nearest].mean(axis=1)).max(axis=1)
    return apart
