"""Suites: harder questions than "how many verdicts are right?", each with the messages to ask by.

Three kinds of trust are measured: that the verdict turns on what matters (pairs, swap, needle),
that it does not turn on what does not (disguise, fairness), and that the innocent are left in peace
(ordinary, near). Calibration asks whether a stated probability comes true.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from classifier.evaluation import questions
from classifier.evaluation.cases import Case
from classifier.evaluation.results import Bar, Judge, Result
from classifier.schema import DataError

NEEDLE_WORDS = 200
"""A message shorter than this is no haystack."""


@dataclass(frozen=True, slots=True)
class Suite:
    """A question, and what it needs to be asked."""

    asks: str
    """The question, one line."""
    needs: str
    """What messages it can be asked of, for those who have none."""
    files: tuple[str, ...]
    """Patterns below a checkout's `data/` of the messages it is asked of by default."""
    takes: Callable[[Case], bool]
    """Whether the question can be asked of a message."""
    run: Callable[[Sequence[Case], Judge], list[Result]]


def run_suite(name: str, cases: Sequence[Case], judge: Judge) -> list[Result]:
    """Ask one suite's question of those `cases` that it can be asked of.

    Raises:
        DataError: there are none; the text says what is needed.
    """
    suite = SUITES[name]
    results = suite.run([case for case in cases if suite.takes(case)], judge)
    if not results:
        raise DataError(f"suite {name}: no such messages among {len(cases)}; needs {suite.needs}")
    return results


def default_files(name: str, folder: Path) -> list[Path]:
    """Return a suite's own files in the first checkout at `folder` or above.

    Raises:
        DataError: there is no checkout, or it lacks a pattern's files.
    """
    for root in (folder, *folder.parents):
        data = root / "data"
        if (data / "messages").is_dir():
            found = {pattern: sorted(data.glob(pattern)) for pattern in SUITES[name].files}
            if missing := [str(data / pattern) for pattern, files in found.items() if not files]:
                raise DataError(f"suite {name}: no {', '.join(missing)}; name the messages as DATA")
            return [path for files in found.values() for path in files]
    raise DataError(
        f"suite {name}: no data/messages in {folder} or above; name the messages as DATA, or run"
        " this in a clone of the repository"
    )


def _is_haystack(case: Case) -> bool:
    offends = any(case.example.labels) and bool(case.example.spans)
    return offends and len(case.message.text.split()) >= NEEDLE_WORDS


_TEST = "messages/test-*.jsonl"

SUITES: dict[str, Suite] = {
    "pairs": Suite(
        "Do messages that differ in the one thing that matters get opposite verdicts?",
        "labelled messages of one group with opposite labels",
        (_TEST,),
        lambda case: case.labelled,
        questions.pairs,
    ),
    "ordinary": Suite(
        "How many ordinary messages are flagged?",
        "messages of kind `ordinary`, or without labels",
        (_TEST, "suites/ordinary-*.jsonl"),
        lambda case: case.example.kind == "ordinary",
        questions.flagged("ordinary", Bar(0.003, at_most=True)),
    ),
    "near": Suite(
        "How many innocent messages that look like an offence are flagged?",
        "messages of kind `hard_negative`",
        (_TEST,),
        lambda case: case.example.kind == "hard_negative",
        questions.flagged("near", Bar(0.04, at_most=True)),
    ),
    "swap": Suite(
        "Is a give with no ask, or an ask with no give, called a give-to-get?",
        "messages with a field `case`: give_only or ask_only",
        ("suites/swap-*.jsonl",),
        lambda case: bool(case.swap),
        questions.swap,
    ),
    "needle": Suite(
        "Is one offending sentence found among 250 good words?",
        f"offending messages of {NEEDLE_WORDS} words or more, with marked spans",
        ("suites/needle-*.jsonl",),
        _is_haystack,
        questions.needle,
    ),
    "disguise": Suite(
        "Does the verdict change when only the looks of the letters do?",
        "labelled messages",
        (_TEST,),
        lambda case: case.labelled,
        questions.disguise,
    ),
    "fairness": Suite(
        "Does the score move when somebody else says the same?",
        "messages with `variants`",
        ("suites/fairness-*.jsonl",),
        lambda case: bool(case.variants),
        questions.fairness,
    ),
    "calibration": Suite(
        "Of messages called 80 % likely, are 80 % offending?",
        "labelled messages",
        (_TEST,),
        lambda case: case.labelled,
        questions.calibration,
    ),
}
