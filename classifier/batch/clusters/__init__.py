"""Mass sends: messages of a batch in nearly the same words, and what that says of each.

`noted` is what a worker remembers of a message; `collected` puts all of it into arrays and files;
`grouping` finds the copies (`candidates` by MinHash, `likeness` exactly, `footers` left out);
`template` says what they have in common; `raising` adds it to the reports.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from classifier.batch.clusters.collected import Collected
from classifier.batch.clusters.grouping import copies_in
from classifier.batch.clusters.noted import note_of
from classifier.batch.clusters.raising import LITTLE_OF_ITS_OWN, MANY, Raise, Thresholds, raised
from classifier.batch.clusters.told import Members, members_of, tell
from classifier.batch.entry import Entry
from classifier.batch.findings import Conclusion
from classifier.config import Settings, find_model
from classifier.schema import Message, Report
from classifier.sources import Record

__all__ = ["MassSend"]


@dataclass(frozen=True)
class MassSend:
    """Finds letters sent in nearly the same words, and the same CV sent to many.

    Its facts are a list, the biggest cluster first, at most `told.MOST_TOLD`: `id`, `size`,
    `recipients`, `template`, `slots`, `places`, `personal_share`, `job_search`, `lang`.
    """

    settings: Settings = field(default_factory=Settings)
    name: str = "clusters"

    def note(self, record: Record, message: Message, report: Report) -> dict[str, Any] | None:  # noqa: ARG002 - the protocol's
        """Return what is compared of a message, as JSON."""
        return note_of(message, report)

    def conclude(self, entries: Iterable[Entry]) -> Conclusion:
        """Find the clusters.

        Raises:
            ModelError: there is no model, so no threshold.
        """
        collected = Collected(entries, self.name)
        members = members_of(copies_in(collected.letters), collected)
        tell(members, entries, collected, self.name)
        reached = collected.reached_by_cv()
        collected.close()
        joiner = _Joiner(self.name, members, reached, collected.keys, self._thresholds())
        return Conclusion(joiner.join, members.facts())

    def _thresholds(self) -> Thresholds:
        manifest = json.loads((find_model(self.settings.model) / "model.json").read_text("utf-8"))
        flag = {**manifest["thresholds"], **self.settings.thresholds}["cv_blast"]
        return Thresholds(flag, self.settings.ui_lang, self.settings.off)


class _Joiner:
    """Adds to each entry what its cluster says."""

    def __init__(
        self,
        name: str,
        members: Members,
        reached: dict[int, int],
        keys: Iterable[int],
        thresholds: Thresholds,
    ) -> None:
        self._name, self._members, self._reached = name, members, reached
        self._thresholds = thresholds
        plain = np.fromiter(keys, np.uint64)
        self._order = np.argsort(plain).astype(np.int32)
        self._sorted = plain[self._order]

    def join(self, entry: Entry) -> Entry:
        """Return the entry with its cluster, slips and raised verdict, where there are any."""
        row = self._row(entry)
        if row is None:
            return entry
        number = int(self._members.cluster_of[row])
        if not number and row not in self._reached:
            return entry
        report = dict(entry.report)
        if slip := self._members.slips.get(row):
            report["slips"] = [*report["slips"], asdict(slip)]
        if number:
            report["cluster"] = self._cluster(number, row)
        if found := self._raise(entry, number, row):
            report = raised(report, found, self._thresholds)
        return entry.with_report(report)

    def _row(self, entry: Entry) -> int | None:
        at = int(np.searchsorted(self._sorted, np.uint64(entry.key)))
        found = at < len(self._sorted) and int(self._sorted[at]) == entry.key
        return int(self._order[at]) if found else None

    def _cluster(self, number: int, row: int) -> dict[str, Any]:
        members = self._members
        return {
            "id": number,
            "size": int(members.sizes[number - 1]),
            "recipients": int(members.recipients[number - 1]),
            "personal_share": round(float(members.shares[row]), 4),
        }

    def _raise(self, entry: Entry, number: int, row: int) -> Raise | None:
        """Return the evidence against a message that looks for a job, if there is any."""
        note = entry.extra[self._name]
        if not note.get("seeks"):
            return None
        people = int(self._members.recipients[number - 1]) if number else 0
        alike = number and self._members.shares[row] <= LITTLE_OF_ITS_OWN
        if alike and people >= MANY and self._members.searches[number - 1]:
            return Raise("near_copies", people, *_first_line(note))
        doubted = "cv_blast" in (*entry.report["flags"], *entry.report["unsure"])
        if doubted and self._reached.get(row, 0) >= MANY:
            return Raise("same_cv", self._reached[row], *_first_line(note))
        return None


def _first_line(note: dict[str, Any]) -> tuple[tuple[int, int], str]:
    """Return where the letter's first line stands, and its words; nothing if it is not at hand."""
    begin, length = note["at"]
    start, end = note["first"]
    inside = end - begin <= min(length, len(note["text"]))
    return ((start, end), note["text"][start - begin : end - begin]) if inside else ((0, 0), "")
