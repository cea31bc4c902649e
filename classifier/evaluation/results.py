"""What a suite gives: one value a row, with its interval and the bar it should clear."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from classifier.evaluation.intervals import Estimate, grouped_mean
from classifier.schema import LANGUAGES, Label, Message, Report

Judge = Callable[[Iterable[Message]], Iterable[Report]]
"""Returns one report a message, in the order given."""

Of = Label | Literal["any", ""]
"""What a value is about: a label, `any` of them, or nothing in particular."""


@dataclass(frozen=True, slots=True)
class Bar:
    """The value that a measure should reach."""

    limit: float
    at_most: bool = False
    """True: no higher than `limit`; False: no lower."""

    def met_by(self, value: float) -> bool | None:
        """Tell whether `value` clears the bar; None for a value that is not defined."""
        if np.isnan(value):
            return None
        return value <= self.limit if self.at_most else value >= self.limit

    def __str__(self) -> str:
        """Return `<= 0.003` or `>= 0.75`."""
        return f"{'<=' if self.at_most else '>='} {self.limit:g}"


@dataclass(frozen=True, slots=True)
class Result:
    """One measure of one suite."""

    suite: str
    measure: str
    part: str
    """Which case, disguise or axis; empty for the whole suite."""
    lang: str
    """One of LANGUAGES, or `all`."""
    label: Of
    n: int
    """Messages, pairs or variants that the value is taken over."""
    estimate: Estimate
    bar: Bar | None = None

    @property
    def met(self) -> bool | None:
        """Whether the value clears the bar; None where there is no value or no bar."""
        return self.bar.met_by(self.estimate.value) if self.bar else None

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON; null where there is no value or no bar."""
        return {
            "suite": self.suite,
            "measure": self.measure,
            "part": self.part,
            "lang": self.lang,
            "label": self.label,
            "n": self.n,
            **self.estimate.to_dict(),
            "bar": self.bar and str(self.bar),
            "met": self.met,
        }


@dataclass(frozen=True, slots=True)
class Value:
    """One thing measured, to be averaged."""

    value: float
    lang: str
    group: Hashable


def by_language(
    suite: str,
    measure: str,
    values: Sequence[Value],
    *,
    label: Of = "",
    part: str = "",
    bar: Bar | None = None,
) -> list[Result]:
    """Return the mean of `values` for all languages together and for each there is."""
    found = []
    for lang in languages_of(value.lang for value in values):
        mine = [value for value in values if lang in ("all", value.lang)]
        estimate = grouped_mean([v.value for v in mine], [v.group for v in mine])
        found.append(Result(suite, measure, part, lang, label, len(mine), estimate, bar))
    return found


def languages_of(langs: Iterable[str]) -> list[str]:
    """Return `all` and the languages of ours among `langs`, in our order."""
    present = set(langs)
    return ["all", *(lang for lang in LANGUAGES if lang in present)] if present else []


_HEADS = ("suite", "measure", "part", "language", "label", "n", "value", "bar", "")


def results_table(results: Iterable[Result]) -> str:
    """Return the results as a Markdown table; a bar that is missed says so."""
    lines = [_HEADS, tuple("---" for _ in _HEADS), *map(_cells, results)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cells(result: Result) -> tuple[str, ...]:
    return (
        result.suite,
        result.measure,
        result.part,
        result.lang,
        result.label,
        str(result.n),
        str(result.estimate),
        str(result.bar or ""),
        {True: "met", False: "missed", None: ""}[result.met],
    )
