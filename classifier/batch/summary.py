"""What a run amounts to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from classifier.batch.entry import Outcome


@dataclass
class Summary:
    """Counts by outcome, and what the findings say of the whole batch."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    facts: dict[str, Any] = field(default_factory=dict)
    """Name of a finding -> its facts, as JSON."""
    resumed: int = 0
    """Messages that an earlier, interrupted run had judged."""

    @property
    def judged(self) -> int:
        """Messages with a verdict other than `not_judged`."""
        return sum(self.outcomes[name] for name in ("ok", "unsure", "flag"))

    def __str__(self) -> str:
        """Return one line for people."""
        counts = self.outcomes
        line = (
            f"{self.judged:,} judged: {counts['flag']:,} flagged, {counts['unsure']:,} unsure, "
            f"{counts['ok']:,} with nothing to flag; {counts['not_judged']:,} not judged, "
            f"{counts['failed']:,} failed"
        )
        before = f" ({self.resumed:,} from before the interruption)" if self.resumed else ""
        return "\n".join([line + before, *self._more()])

    def _more(self) -> Iterator[str]:
        """Say what only the batch shows."""
        if clusters := self.facts.get("clusters"):
            groups = "1 letter was" if len(clusters) == 1 else f"{len(clusters):,} letters were"
            most = max(cluster["recipients"] for cluster in clusters)
            yield f"{groups} sent in nearly the same words to several people, one to {most:,}"
        if slips := self.facts.get("slips"):
            count = sum(slips.values())
            yield f"{count:,} slip{'s' if count > 1 else ''} to look at before sending"
