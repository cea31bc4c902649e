"""Slips of a whole batch, counted; the slips themselves stand in the reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from classifier.batch.entry import Entry
from classifier.batch.findings import Conclusion
from classifier.schema import Message, Report
from classifier.slips import KINDS
from classifier.sources import Record


@dataclass(frozen=True)
class Slips:
    """Counts the slips that single messages show; its facts are kind -> how many."""

    name: str = "slips"

    def note(self, record: Record, message: Message, report: Report) -> list[str] | None:  # noqa: ARG002 - the protocol's
        """Return the kinds of a message's slips."""
        return [slip.kind for slip in report.slips] or None

    def conclude(self, entries: Iterable[Entry]) -> Conclusion:
        """Count them."""
        counts = Counter(kind for entry in entries for kind in entry.extra.get(self.name, ()))
        facts = {kind: counts[kind] for kind in KINDS if counts[kind]}
        return Conclusion(lambda entry: entry, facts)
