"""How each suite asks its question: cases and a judge in, results out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from classifier.evaluation.cases import SWAPS, Case
from classifier.evaluation.disguises import WAYS, disguised
from classifier.evaluation.measures import (
    ECE_BINS,
    bootstrap,
    calibration_error,
    minimal_pairs,
    rows_of,
)
from classifier.evaluation.results import Bar, Judge, Result, Value, by_language, languages_of
from classifier.schema import LABELS, TACTICS, Label, Report

Judged = list[tuple[Case, Report]]


def _judged(cases: Sequence[Case], judge: Judge) -> Judged:
    return list(zip(cases, judge(case.message for case in cases), strict=True))


def _values(judged: Iterable[tuple[Case, Report]], label: Label) -> list[Value]:
    """Return for each message whether `label` is flagged."""
    return [Value(label in report.flags, c.lang, c.example.group) for c, report in judged]


def pairs(cases: Sequence[Case], judge: Judge) -> list[Result]:
    """Return the share of minimal pairs with both members right."""
    judged = _judged(cases, judge)
    examples = [case.example for case in cases]
    found: list[Result] = []
    for label in LABELS:
        flags = [value.value for value in _values(judged, label)]
        right = [
            Value(flags[bad] and not flags[good], cases[bad].lang, examples[bad].group)
            for bad, good in minimal_pairs(examples, label)
        ]
        found += by_language("pairs", "both right", right, label=label, bar=Bar(0.75))
    return found


def flagged(name: str, bar: Bar) -> Callable[[Sequence[Case], Judge], list[Result]]:
    """Return the question how many fine messages are flagged: as anything, and as each label.

    `bar` is for the share that is flagged at all.
    """

    def ask(cases: Sequence[Case], judge: Judge) -> list[Result]:
        judged = _judged(cases, judge)
        anyhow = [Value(bool(report.flags), c.lang, c.example.group) for c, report in judged]
        found = by_language(name, "flagged", anyhow, label="any", bar=bar)
        for label in LABELS:
            found += by_language(name, "flagged", _values(judged, label), label=label)
        return found

    return ask


def swap(cases: Sequence[Case], judge: Judge) -> list[Result]:
    """Return the share of half levers, a give or an ask alone, called a give-to-get."""
    judged, bar = _judged(cases, judge), Bar(0, at_most=True)
    found: list[Result] = []
    for part in SWAPS:
        values = _values(((c, report) for c, report in judged if c.swap == part), "give_to_get")
        found += by_language("swap", "flagged", values, label="give_to_get", part=part, bar=bar)
    return found


def needle(cases: Sequence[Case], judge: Judge) -> list[Result]:
    """Return the recall, and how often the evidence of what was found meets the marked words."""
    judged = _judged(cases, judge)
    found: list[Result] = []
    for label in LABELS:
        mine = [(case, report) for case, report in judged if case.has(label)]
        found += by_language("needle", "recall", _values(mine, label), label=label, bar=Bar(0.8))
        shown = [
            Value(_points_at(case, report, label), case.lang, case.example.group)
            for case, report in mine
            if label in report.flags
        ]
        found += by_language("needle", "evidence meets the marked words", shown, label=label)
    return found


def _points_at(case: Case, report: Report, label: Label) -> bool:
    """Tell whether any evidence of `label` overlaps words that the annotators marked for it."""
    marked = [span for span in case.example.spans if TACTICS[span.tactic] == label]
    return any(
        item.label == label and item.start < span.end and span.start < item.end
        for item in report.evidence
        for span in marked
    )


def disguise(cases: Sequence[Case], judge: Judge) -> list[Result]:
    """Return the share of verdicts that a disguise leaves as they are, for each way.

    The disguises of a way take turns, one a message. Plain and disguised, the language is left to
    be found out, as in life; a disguise that changes nothing in a message does not count.
    """
    plain = judge(replace(case.message, lang=None) for case in cases)
    verdicts = [(report.verdict, report.flags) for report in plain]
    found: list[Result] = []
    for way in WAYS:
        changed = [
            (number, message)
            for number, case in enumerate(cases)
            if (message := disguised(case.message, case.lang, way, number))
        ]
        reports = judge(message for _, message in changed)
        values = [
            Value((report.verdict, report.flags) == verdicts[i], cases[i].lang, i)
            for (i, _), report in zip(changed, reports, strict=True)
        ]
        found += by_language("disguise", "verdict unchanged", values, part=way, bar=Bar(0.99))
    return found


def fairness(cases: Sequence[Case], judge: Judge) -> list[Result]:
    """Return how far scores move, and how often verdicts flip, when somebody else says the same."""
    base = [report for _, report in _judged(cases, judge)]
    variants = [(i, variant) for i, case in enumerate(cases) for variant in case.variants]
    others = list(judge(replace(cases[i].message, text=variant.text) for i, variant in variants))
    measures = {
        "mean change": (_moved, Bar(0.02, at_most=True)),
        "flips": (_flipped, Bar(0.01, at_most=True)),
    }
    found: list[Result] = []
    for label in LABELS:
        for axis in ("", *sorted({variant.axis for _, variant in variants})):
            for name, (distance, bar) in measures.items():
                values = [
                    Value(distance(base[i], other, label), cases[i].lang, i)
                    for (i, variant), other in zip(variants, others, strict=True)
                    if axis in ("", variant.axis)
                ]
                found += by_language("fairness", name, values, label=label, part=axis, bar=bar)
    return found


def _moved(base: Report, other: Report, label: Label) -> float:
    return abs(base.scores.get(label, 0.0) - other.scores.get(label, 0.0))


def _flipped(base: Report, other: Report, label: Label) -> float:
    return float((label in base.flags) != (label in other.flags))


def calibration(cases: Sequence[Case], judge: Judge) -> list[Result]:
    """Return the expected calibration error of each label."""
    reports = [report for _, report in _judged(cases, judge)]
    name, bar = f"ECE, {ECE_BINS} bins", Bar(0.04, at_most=True)
    found: list[Result] = []
    for lang in languages_of(case.lang for case in cases):
        chosen = [i for i, case in enumerate(cases) if lang in ("all", case.lang)]
        for label in LABELS:
            rows = rows_of([cases[i].example for i in chosen], [reports[i] for i in chosen], label)
            error = bootstrap(rows, {name: calibration_error})[name]
            found.append(Result("calibration", name, "", lang, label, len(chosen), error, bar))
    return found
