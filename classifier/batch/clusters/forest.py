"""Groups that grow together (union-find over an array)."""

from __future__ import annotations

import numpy as np


class Forest:
    """Numbers 0..n-1 in groups, each led by its smallest; memory: 4 bytes a number."""

    def __init__(self, size: int) -> None:
        self._above = np.arange(size, dtype=np.int32)

    def leader(self, number: int) -> int:
        """Return the smallest number of a group."""
        above = self._above
        while above[number] != number:
            above[number] = above[above[number]]
            number = int(above[number])
        return number

    def join(self, first: int, second: int) -> None:
        """Make one group of two."""
        low, high = sorted((self.leader(first), self.leader(second)))
        self._above[high] = low

    def leaders(self) -> np.ndarray:
        """Return the leader of every number, int32 (n,)."""
        above = self._above
        while not np.array_equal(above, above[above]):
            above = above[above]
        self._above = above
        return above
