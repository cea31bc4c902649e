"""From log-odds to a probability."""

from __future__ import annotations

import numpy as np


def probability(score: float) -> float:
    """Return the probability behind log-odds.

    >>> probability(0.0)
    0.5
    """
    return float(1 / (1 + np.exp(-score)))
