"""Evidence that only shows across messages: the hook for mass-send clusters and merge slips."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from classifier.batch.entry import Entry
from classifier.schema import Message, Report
from classifier.sources import Record


@dataclass(frozen=True)
class Conclusion:
    """What a finding says once it has seen the whole batch."""

    join: Callable[[Entry], Entry]
    """Returns the entry with what was found added to its report, or as it was."""
    facts: Any = field(default_factory=dict)
    """What there is to say of the batch as a whole, as JSON (its clusters, say); sinks get it at
    the end."""


class Finding(Protocol):
    """Looks at every message when it is judged, and once at all of them.

    It must be picklable, and keep nothing between messages: `note` runs in other processes, and
    after an interruption the notes come back from the journal.
    """

    @property
    def name(self) -> str:
        """Return the key of its notes in `Entry.extra` and of its facts in `Summary.facts`."""

    def note(self, record: Record, message: Message, report: Report) -> Any:
        """Return what to remember of a message, as JSON; None for nothing."""

    def conclude(self, entries: Iterable[Entry]) -> Conclusion:
        """Look at all entries, in order; they can be iterated as often as needed, from disk."""
