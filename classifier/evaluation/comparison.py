"""Is a model worse than the one in use? Differences, flipped verdicts, and a decision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scipy.stats import binomtest

from classifier.evaluation.cases import Case
from classifier.evaluation.measures import rows_of
from classifier.evaluation.paired import Difference, differences
from classifier.evaluation.results import Judge, languages_of
from classifier.schema import LABELS, Label, Report


@dataclass(frozen=True, slots=True)
class Flip:
    """A message of which two judges say different things about a label."""

    case: Case
    label: Label
    old: float
    """Probability, 0 for a message not judged."""
    new: float
    flagged: bool
    """Whether the new judge flags it; the old one then does not."""

    @property
    def right(self) -> bool:
        """Whether the new verdict is the labelled one."""
        return self.flagged == self.case.has(self.label)

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON, the text among them."""
        message = self.case.message
        return {
            "id": message.id,
            "lang": self.case.lang,
            "label": self.label,
            "labelled": self.case.has(self.label),
            "flagged": self.flagged,
            "right": self.right,
            "old": self.old,
            "new": self.new,
            "subject": message.subject,
            "text": message.text,
        }


@dataclass(frozen=True, slots=True)
class Compared:
    """Two judges in one language (`all` for all together) and label."""

    lang: str
    label: Label
    n: int
    differences: tuple[Difference, ...]
    better: int
    """Verdicts that became right."""
    worse: int
    """Verdicts that became wrong."""

    @property
    def p_value(self) -> float:
        """McNemar's exact test (1947): flips as uneven as these, if neither judge were better."""
        flips = self.better + self.worse
        return float(binomtest(self.worse, flips).pvalue) if flips else 1.0

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return {
            "lang": self.lang,
            "label": self.label,
            "n": self.n,
            "differences": [d.to_dict() for d in self.differences],
            "became_right": self.better,
            "became_wrong": self.worse,
            "mcnemar_p": self.p_value,
        }


@dataclass(frozen=True, slots=True)
class FalseAlarms:
    """Ordinary messages flagged by two judges."""

    n: int
    old: int
    new: int

    @property
    def raised(self) -> bool:
        """Whether the new judge flags more of them; the budget is too small for an interval."""
        return self.new > self.old


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that two judges say differently about the same messages."""

    compared: tuple[Compared, ...]
    false_alarms: FalseAlarms
    flips: tuple[Flip, ...]
    """What became wrong first."""

    def losses(self) -> Iterator[str]:
        """Yield where the new judge is worse, a line each; nothing if it may be taken into use."""
        for one in self.compared:
            for found in one.differences:
                if found.lost:
                    yield (
                        f"{one.lang} {one.label} {NAMES[found.measure]}: {found.old:.3f} before,"
                        f" {found.new:.3f} now, a change of {found.gain.value:+.3f}"
                        f" ({found.gain.low:+.3f} to {found.gain.high:+.3f})"
                    )
        alarms = self.false_alarms
        if alarms.raised:
            yield (
                f"false alarms on ordinary messages: {alarms.old} of {alarms.n} before,"
                f" {alarms.new} now"
            )

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON."""
        alarms = self.false_alarms
        return {
            "passed": not list(self.losses()),
            "losses": list(self.losses()),
            "compared": [one.to_dict() for one in self.compared],
            "false_alarms": {"n": alarms.n, "old": alarms.old, "new": alarms.new},
            "flips": [flip.to_dict() for flip in self.flips],
        }


NAMES = {"average_precision": "average precision", "f1": "F1"}


def compare(cases: Sequence[Case], old: Judge, new: Judge) -> Comparison:
    """Let two judges judge `cases`, and return where they differ.

    Args:
        cases: at least one; those of kind `ordinary` also count as ordinary mail.
        old: the judge in use.
        new: the one that would take its place.
    """
    before, after = (list(judge(case.message for case in cases)) for judge in (old, new))
    flips = sorted(_flips(cases, before, after), key=lambda flip: flip.right)
    ordinary = [i for i, case in enumerate(cases) if case.example.kind == "ordinary"]
    alarms = (sum(bool(reports[i].flags) for i in ordinary) for reports in (before, after))
    compared = [
        _compared(cases, before, after, lang, label, flips)
        for lang in languages_of(case.lang for case in cases)
        for label in LABELS
    ]
    return Comparison(tuple(compared), FalseAlarms(len(ordinary), *alarms), tuple(flips))


def _flips(
    cases: Sequence[Case], before: Sequence[Report], after: Sequence[Report]
) -> Iterator[Flip]:
    for case, old, new in zip(cases, before, after, strict=True):
        for label in LABELS:
            if (label in old.flags) != (label in new.flags):
                was, now = (report.scores.get(label, 0.0) for report in (old, new))
                yield Flip(case, label, was, now, label in new.flags)


def _compared(
    cases: Sequence[Case],
    before: Sequence[Report],
    after: Sequence[Report],
    lang: str,
    label: Label,
    flips: Sequence[Flip],
) -> Compared:
    chosen = [i for i, case in enumerate(cases) if lang in ("all", case.lang)]
    examples = [cases[i].example for i in chosen]
    old, new = (rows_of(examples, [judged[i] for i in chosen], label) for judged in (before, after))
    mine = [f.right for f in flips if f.label == label and lang in ("all", f.case.lang)]
    found = tuple(differences(old, new))
    return Compared(lang, label, len(chosen), found, sum(mine), len(mine) - sum(mine))


_HEADS = ("language", "label", "n", "average precision", "F1", "became right", "became wrong",
          "McNemar p", "")  # fmt: skip


def comparison_table(comparison: Comparison) -> str:
    """Return the comparison as a Markdown table: before → after (the change's interval)."""
    lines = [_HEADS, tuple("---" for _ in _HEADS), *map(_cells, comparison.compared)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cells(one: Compared) -> tuple[str, ...]:
    return (
        one.lang,
        one.label,
        str(one.n),
        *map(_change, one.differences),
        str(one.better),
        str(one.worse),
        f"{one.p_value:.2g}",
        "worse" if any(found.lost for found in one.differences) else "",
    )


def _change(found: Difference) -> str:
    if found.gain.value != found.gain.value:
        return "-"
    gain = found.gain
    return f"{found.old:.3f} → {found.new:.3f} ({gain.low:+.3f} to {gain.high:+.3f})"
