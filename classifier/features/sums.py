"""What length does to the sum of what the words of a sentence or message say.

All sums grow with the root of the length, so that many small hints count. Without end they would
add up to anything; so from some length on they stop growing.
"""

from __future__ import annotations

import numpy as np

ACT_SMOOTHING = 4
"""Words added to every sentence, so that short ones do not shout."""

LONG_SENTENCE = 60
"""From this many words on the act sums of a sentence stop growing."""

LONG_MESSAGE = 300
"""From this many words on the n-gram sums of a message stop growing."""


def act_divisors(words: np.ndarray) -> np.ndarray:
    """Return what the act sums of sentences are divided by.

    Args:
        words: (n_sentences,), how many are counted in each.
    """
    divisors: np.ndarray = np.sqrt((words + ACT_SMOOTHING) * _excess(words, LONG_SENTENCE))
    return divisors


def gram_divisors(squares: np.ndarray, words: np.ndarray) -> np.ndarray:
    """Return what the n-gram sums of messages or passages are divided by.

    It is their norm, and more for long ones.

    Args:
        squares: (n_messages, ...), sums of the squared idf of their n-grams.
        words: the same or to be broadcast, how many words are counted in each.
    """
    divisors: np.ndarray = np.sqrt(np.maximum(squares, 1.0) * _excess(words, LONG_MESSAGE))
    return divisors


def _excess(words: np.ndarray, long: int) -> np.ndarray:
    """Return how many times as long as `long` each is, at least 1."""
    excess: np.ndarray = np.maximum(1.0, words / long)
    return excess
