"""What a page counts: scores, tactics and languages of all messages, listed or not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from classifier.batch.entry import Entry
from classifier.schema import LABELS, Label

BINS = 10
"""Bars of a histogram, each as wide: 0 to 10 %, 10 to 20 % ..."""
STANDINGS = ("ok", "unsure", "flag")
"""What a score may mean for its label, from the bottom of a bar to its top."""


def _empty() -> dict[Label, list[Counter[str]]]:
    return {label: [Counter() for _ in range(BINS)] for label in LABELS}


@dataclass
class Tally:
    """Counts over a run; constant in size."""

    bins: dict[Label, list[Counter[str]]] = field(default_factory=_empty)
    """Label -> for each bar, messages by standing."""
    tactics: Counter[str] = field(default_factory=Counter)
    """Offending tactic -> messages it stands out in."""
    signs: Counter[str] = field(default_factory=Counter)
    """Healthy sign -> messages it shows in."""
    langs: Counter[str] = field(default_factory=Counter)
    voices: Counter[str] = field(default_factory=Counter)
    """Language of our words -> judged messages."""
    unlisted: int = 0
    """Messages that are counted, yet left out of the table."""

    def add(self, entry: Entry, shown: Mapping[str, Any]) -> None:
        """Count an entry; `shown` is what the page shows of it."""
        report = entry.report
        for label, score in report["scores"].items():
            bar = min(BINS - 1, int(score * BINS))
            self.bins[label][bar][_standing(report, label)] += 1
        for found in shown.get("findings", ()):
            counter = self.signs if found["style"] == "healthy" else self.tactics
            counter[found["tactic"]] += 1
        if entry.outcome != "failed":
            self.langs[report["lang"]] += 1
        if report["scores"]:
            self.voices[shown["voice"]] += 1


def _standing(report: Mapping[str, Any], label: Label) -> str:
    if label in report["flags"]:
        return "flag"
    return "unsure" if label in report["unsure"] else "ok"
