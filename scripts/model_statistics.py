"""Write the default model's figures on held-out messages and on every suite.

usage: python scripts/model_statistics.py                 write STATISTICS.md and reliability.svg
       python scripts/model_statistics.py --extra FILE    print those of other labelled messages

Nothing of an extra file is stored; its messages may be `clear` or `borderline` (field
`difficulty`), which are told apart.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

import reliability  # noqa: E402
from classifier.checker import Checker  # noqa: E402
from classifier.corpus import Example, load_examples  # noqa: E402
from classifier.evaluation import (  # noqa: E402
    MEASURES,
    SUITES,
    Case,
    Judge,
    Rows,
    default_files,
    evaluate,
    load_cases,
    measures_table,
    results_table,
    run_suite,
)
from classifier.evaluation.measures import bootstrap, rows_of  # noqa: E402
from classifier.schema import LABELS, LANGUAGES, DataError, Report  # noqa: E402

THRESHOLDS = tuple(n / 10 for n in range(1, 10))
AT_THRESHOLD = ("precision", "recall", "false_positive_rate")

PAGE = """\
# Statistics of {tag}

Written by `python scripts/model_statistics.py`; 95 % intervals over groups of messages that belong
together. A dash: not defined, for want of such messages.

## On {n} held-out messages, at the shipped thresholds

{measures}

## At other thresholds

Thresholds can be set in the settings file; the shipped ones are {shipped}.

{thresholds}

## Reliability

Of messages with a probability in a tenth, how many offend; all languages.

![stated probability and observed share](reliability.svg)

{reliability}

## Suites

Each asks one question, also by `blastcheck evaluate --suite NAME`; what they are made of stands in
[data/suites](../../data/suites/README.md).

{suites}
"""


def thresholds_table(examples: Sequence[Example], reports: Sequence[Report]) -> str:
    """Return precision, recall and false positives a language, label and threshold."""
    heads = "| language | label | n | offending | threshold | flagged | precision | recall | false positives |"  # noqa: E501
    return "\n".join([heads, "|---" * 9 + "|", *_threshold_rows(examples, reports)])


def _threshold_rows(examples: Sequence[Example], reports: Sequence[Report]) -> Iterator[str]:
    chosen = {name: MEASURES[name] for name in AT_THRESHOLD}
    for lang in ("all", *LANGUAGES):
        mine = [i for i, e in enumerate(examples) if lang in ("all", e.message.lang)]
        for label in LABELS if mine else ():
            rows = rows_of([examples[i] for i in mine], [reports[i] for i in mine], label)
            for threshold in THRESHOLDS:
                flagged = rows.scores >= threshold
                found = bootstrap(Rows(rows.truth, flagged, rows.scores, rows.groups), chosen)
                cells = (lang, label, len(mine), rows.truth.sum(), threshold, flagged.sum())
                values = (found[name] for name in AT_THRESHOLD)
                yield f"| {' | '.join(map(str, (*cells, *values)))} |"


def suites_text(judge: Judge, folder: Path) -> str:
    """Return the answers to every suite whose messages are there, and say which are not."""
    parts = []
    for name, suite in SUITES.items():
        try:
            found = results_table(run_suite(name, load_cases(default_files(name, folder)), judge))
        except DataError as error:
            found = f"Not asked: {str(error).replace(f'{folder}/', '')}"
        parts.append(f"### {name}\n\n{suite.asks}\n\n{found}")
    return "\n\n".join(parts)


def page(checker: Checker, examples: Sequence[Example], folder: Path) -> tuple[str, str]:
    """Return the page as Markdown and the drawing as SVG.

    Args:
        checker: what judges.
        examples: held-out messages.
        folder: a checkout; its suites are asked.
    """
    judge = partial(checker.check_all, explain=False)
    reports = list(judge(example.message for example in examples))
    bins: dict[str, list[reliability.Bin]] = {
        label: reliability.bins_of(rows_of(examples, reports, label)) for label in LABELS
    }
    thresholds = checker.model.manifest.thresholds
    text = PAGE.format(
        tag=checker.model.tag,
        n=len(examples),
        measures=measures_table(evaluate(examples, reports)),
        shipped=", ".join(f"{label} {value:g}" for label, value in thresholds.items()),
        thresholds=thresholds_table(examples, reports),
        reliability="\n\n".join(reliability.table(label, bins[label]) for label in LABELS),
        suites=suites_text(judge, folder),
    )
    return text, reliability.drawing(bins)


def extra(checker: Checker, path: Path) -> str:
    """Return the measures of labelled messages by difficulty, and the alarms of ordinary ones."""
    judge = partial(checker.check_all, explain=False)
    cases = load_cases([path])
    labelled = [case for case in cases if case.labelled]
    parts = [f"# {path.name}: {len(cases)} messages, {checker.model.tag}"]
    for difficulty in sorted({case.example.difficulty for case in labelled}):
        mine = [case.example for case in labelled if case.example.difficulty == difficulty]
        reports = list(judge(example.message for example in mine))
        parts += [f"## {difficulty or 'all'}", measures_table(evaluate(mine, reports))]
    return "\n\n".join([*parts, *_alarms(cases, judge)])


def _alarms(cases: Sequence[Case], judge: Judge) -> list[str]:
    if not any(case.example.kind == "ordinary" for case in cases):
        return []
    return ["## ordinary", results_table(run_suite("ordinary", cases, judge))]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page and the drawing, or print the figures of an extra file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--extra", type=Path, metavar="FILE", action="append")
    parser.add_argument("--folder", type=Path, default=ROOT / "models/default")
    parser.add_argument("--checkout", type=Path, default=ROOT)
    options = parser.parse_args(arguments)
    checker = Checker.load(ROOT / "models/default")
    try:
        if options.extra:
            print("\n\n".join(extra(checker, path) for path in options.extra))
            return 0
        held_out = load_examples(sorted((options.checkout / "data/messages").glob("test-*.jsonl")))
    except DataError as error:
        print(error, file=sys.stderr)
        return 2
    text, drawn = page(checker, held_out, options.checkout)
    (options.folder / "STATISTICS.md").write_text(text, encoding="utf-8")
    (options.folder / "reliability.svg").write_text(drawn, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
