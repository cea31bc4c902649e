"""Evidence gathered by tactic and numbered, as the report lists it and the message is marked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from classifier.render.marks import Mark, Span, united
from classifier.schema import Evidence, Report

MAX_MARKS = 100
"""Marks drawn in one message; a text that repeats itself more often is clear by then."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A tactic, with every place where it shows."""

    number: int
    """From 1, offences before healthy signs, each in the order of the text."""
    tactic: str
    style: str
    """`flag`, `unsure` or `healthy`; empty when its label is neither flagged nor unsure."""
    spans: tuple[Span, ...]
    """Offsets in code points into the message's text, in order, none overlapping."""


def findings_of(report: Report, *, explain: bool) -> tuple[Finding, ...]:
    """Return the findings of a report.

    A tactic whose label was neither flagged nor unsure is left out unless `explain` asks for it:
    we would rather say nothing than accuse a sincere message.
    """
    by_tactic: dict[str, list[Evidence]] = {}
    for evidence in sorted(report.evidence, key=lambda e: (e.label is None, e.start, e.end)):
        if explain or _style(report, evidence):
            by_tactic.setdefault(evidence.tactic, []).append(evidence)
    return tuple(
        Finding(number, tactic, _style(report, found[0]), tuple(_places(found)))
        for number, (tactic, found) in enumerate(by_tactic.items(), 1)
    )


def _places(found: Iterable[Evidence]) -> list[Span]:
    return united((evidence.start, evidence.end) for evidence in found)


def marks_of(findings: Iterable[Finding]) -> list[Mark]:
    """Return the marks to draw, in the order of the text, at most MAX_MARKS."""
    marks = [
        Mark(start, end, finding.number, finding.style or "unsure")
        for finding in findings
        for start, end in finding.spans
    ]
    return sorted(marks)[:MAX_MARKS]


def _style(report: Report, evidence: Evidence) -> str:
    if evidence.label is None:
        return "healthy"
    if evidence.label in report.flags:
        return "flag"
    return "unsure" if evidence.label in report.unsure else ""
