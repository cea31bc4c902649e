"""Cues and signals by sentence: who asks what of whom, in a matrix of noughts and ones."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, chain

import numpy as np

from classifier.languages import SIGNAL_NAMES
from classifier.pipeline import Reading
from classifier.schema import TACTICS

TACTIC_NAMES: tuple[str, ...] = tuple(TACTICS)
"""The acts a sentence can do, in the order of every array."""

RELATION_NAMES: tuple[str, ...] = (*(f"cue:{name}" for name in TACTIC_NAMES), *SIGNAL_NAMES)

CONTEXT_NAMES: tuple[str, ...] = tuple(
    f"{place}:{name}" for place in ("here", "before", "after") for name in RELATION_NAMES
)
"""Columns of `sentence_context`: the sentence's own relations, and its neighbours'."""

NEIGHBOUR_SCALE = 0.5
"""What stands in the sentence before or after counts half."""

_TACTIC_NUMBER = {name: number for number, name in enumerate(TACTIC_NAMES)}


def relations_of(readings: Sequence[Reading], sentence_of: np.ndarray) -> np.ndarray:
    """Return float64 (n_sentences, len(RELATION_NAMES)): 1 where a sentence has the relation.

    Args:
        readings: at least one, each of at least one token.
        sentence_of: int (n_tokens of all,), the sentence each token stands in, numbered through.
    """
    found = np.zeros((int(sentence_of[-1]) + 1, len(RELATION_NAMES)))
    firsts = list(accumulate((len(reading.words) for reading in readings), initial=0))
    numbers, tokens = _signals(readings, firsts[:-1])
    found[sentence_of[tokens], len(TACTIC_NAMES) + numbers] = 1.0
    for first, reading in zip(firsts, readings, strict=False):
        for match in reading.cues:
            found[sentence_of[first + match.start], _TACTIC_NUMBER[match.tactic]] = 1.0
    return found


def _signals(readings: Sequence[Reading], firsts: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers of all signals, and their tokens numbered through."""
    counts = [len(reading.signals) for reading in readings]
    flat = chain.from_iterable(chain.from_iterable(reading.signals for reading in readings))
    pairs = np.fromiter(flat, dtype=np.int64, count=2 * sum(counts)).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1] + np.repeat(firsts, counts)


def sentence_context(relations: np.ndarray) -> np.ndarray:
    """Return float64 (n_sentences, len(CONTEXT_NAMES)): relations beside the neighbours' own.

    An ask right after a give is another act than the same ask alone.
    """
    n, width = relations.shape
    context = np.zeros((n, 3 * width))
    context[:, :width] = relations
    context[1:, width : 2 * width] = NEIGHBOUR_SCALE * relations[:-1]
    context[:-1, 2 * width :] = NEIGHBOUR_SCALE * relations[1:]
    return context
