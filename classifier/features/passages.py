"""Passages: a sentence and the two after it.

Whole messages drown what one of many sentences does, and one sentence alone lacks what it refers
to: a give stands beside its ask, an ask beside what is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

SENTENCES = 3
"""In a passage; fewer at the end of a message."""


def members(message_of: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield which passages have a first sentence, then a second, then a third, and which it is.

    There is a passage for each sentence, which begins it.

    Args:
        message_of: int (n_sentences,), ascending: the message each sentence stands in.

    Yields:
        int64 numbers of passages, ascending, and as many numbers of sentences.
    """
    numbers = np.arange(len(message_of))
    for step in range(min(SENTENCES, len(message_of))):
        same = message_of[step:] == message_of[: len(message_of) - step]
        yield numbers[: len(same)][same], numbers[step:][same]


def passage_sums(values: np.ndarray, message_of: np.ndarray) -> np.ndarray:
    """Return float64 like `values`, (n_sentences, n): those of each passage added up."""
    sums = np.zeros(values.shape)
    for passages, sentences in members(message_of):
        sums[passages] += values[sentences]
    return sums
