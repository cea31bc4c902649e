"""All notes of a batch in arrays and files: what the parent holds while it looks for clusters."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

import numpy as np

from classifier.batch.clusters.noted import numbers_of
from classifier.batch.clusters.store import Rows
from classifier.batch.entry import Entry

_NONE = np.empty(0, np.uint32)


class Collected:
    """One row for each entry that has a note; memory: 33 bytes each, the rest is on disk."""

    def __init__(self, entries: Iterable[Entry], name: str) -> None:
        """Read the notes under `name` of all entries."""
        self.letters = Rows(np.uint32)
        self.people = Rows(np.uint64)
        self.cvs = Rows(np.uint64)
        self.seeks = bytearray()
        self.keys = array("Q")
        for entry in entries:
            if note := entry.extra.get(name):
                self.letters.append(numbers_of(note))
                self.people.append(note.get("people", ()))
                self.cvs.append(note.get("cvs", ()))
                self.seeks.append(note.get("seeks", False))
                self.keys.append(entry.key)

    def __len__(self) -> int:
        return len(self.keys)

    def reached(self, rows: Iterable[int]) -> int:
        """Return how many people some messages go to; one without an address counts as one."""
        people: set[int] = set()
        unknown = 0
        for row in rows:
            known = self.people[row].tolist()
            people.update(known)
            unknown += not known
        return len(people) + unknown

    def reached_by_cv(self) -> dict[int, int]:
        """Return for each row with a CV how many people get one of its CVs, in the whole batch."""
        holders: dict[int, list[int]] = {}
        for row in range(len(self)):
            for cv in self.cvs[row].tolist():
                holders.setdefault(cv, []).append(row)
        found: dict[int, int] = {}
        for rows in holders.values():
            count = self.reached(rows)
            found |= {row: max(count, found.get(row, 0)) for row in rows}
        return found

    def close(self) -> None:
        """Give the disk space back."""
        for rows in (self.letters, self.people, self.cvs):
            rows.close()
