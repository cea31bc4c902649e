"""Ids of rows: those the table gives, made unique, else the row's number."""

from __future__ import annotations

import numpy as np

from classifier.schema import Message
from classifier.sources.record import hash64

_RECENT = 50_000
"""Hashes kept in a set before they are sorted into the array."""


class Ids:
    """Remembers which ids were given; 8 bytes each, so that long tables do not fill the memory."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._recent: set[int] = set()
        self._sorted = np.empty(0, np.uint64)

    def of(self, message: Message, number: int) -> tuple[str, tuple[str, ...]]:
        """Return the id of a row, and a sentence if an earlier row had the same."""
        given = message.id
        if not given:
            return f"{self._name}#{number}", ()
        if self._add(hash64(given.encode("utf-8", "replace"))):
            return given, ()
        return f"{given}#{number}", ("an earlier row has the same id; the row's number was added",)

    def _add(self, value: int) -> bool:
        """Remember a hash; False when it was known."""
        at = np.searchsorted(self._sorted, np.uint64(value))
        if value in self._recent or (at < self._sorted.size and int(self._sorted[at]) == value):
            return False
        self._recent.add(value)
        if len(self._recent) >= _RECENT:
            recent = np.fromiter(self._recent, np.uint64, len(self._recent))
            self._sorted = np.union1d(self._sorted, recent)
            self._recent.clear()
        return True
