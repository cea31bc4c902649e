"""What a sentence's length does to the sum of what its words say."""

from __future__ import annotations

import numpy as np

ACT_SMOOTHING = 4
"""Words added to every sentence, so that short ones do not shout."""

LONG_SENTENCE = 60
"""From this many words on, each counts the less the longer its sentence is."""


def act_divisors(tokens: np.ndarray) -> np.ndarray:
    """Return what the act sums of sentences of so many words are divided by.

    The square root of the length, so that a sentence of many small hints still counts; but in one
    without end the hints would add up to anything, so there it is the length itself.

    Args:
        tokens: (n_sentences,), words counted in each.
    """
    endless = np.maximum(1.0, tokens / LONG_SENTENCE)
    divisors: np.ndarray = np.sqrt((tokens + ACT_SMOOTHING) * endless)
    return divisors
