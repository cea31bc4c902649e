"""`blastcheck evaluate`: how good the verdicts are on labelled messages."""
# ruff: noqa: PLC0415 - imports inside functions keep --help fast

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from classifier.cli.shell import Exit, complain, say, settings_from, settings_options

if TYPE_CHECKING:
    from classifier.checker import Checker
    from classifier.corpus import Example
    from classifier.schema import Report


SUITES = (
    "pairs", "ordinary", "near", "swap", "needle", "disguise", "fairness", "calibration",
)  # fmt: skip
"""Names of `evaluation.SUITES`, repeated here so that --help imports nothing heavy."""


@click.command()
@click.argument("data", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--suite",
    type=click.Choice([*SUITES, "all"]),
    help="Ask one suite's question, or each one's, in place of the usual measures. Without DATA it"
    " is asked of its own messages in the clone you are in.",
)
@click.option(
    "--rows",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="OUT.jsonl",
    help="Write a line a message: its labels, its scores, its verdict.",
)
@click.option(
    "--format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="A table for people, or one JSON object.",
)
@settings_options
def evaluate(
    data: tuple[Path, ...],
    *,
    suite: str | None,
    rows: Path | None,
    format: str,
    **settings_of: Any,
) -> None:
    """Measure the verdicts on labelled messages in DATA (JSON Lines), per language and label.

    Intervals are 95 % bootstraps over groups; messages not judged count as not flagged.
    """
    from classifier.checker import Checker

    if not data and not suite:
        raise click.UsageError("Missing argument 'DATA...'; or name a --suite")
    if rows and suite:
        raise click.UsageError("--rows and --suite exclude each other: leave one out")
    settings = settings_from(**settings_of)
    checker = Checker.load(settings.model, settings=settings)
    if not suite:
        _measure(data, checker, rows=rows, format=format)
    elif not _ask(SUITES if suite == "all" else (suite,), data, checker, format=format):
        sys.exit(Exit.NOT_JUDGED)


def _ask(names: Sequence[str], data: Sequence[Path], checker: Checker, *, format: str) -> bool:
    """Print the results of some suites; return whether each could be asked."""
    from classifier.evaluation import default_files, load_cases, results_table, run_suite
    from classifier.schema import DataError

    given = load_cases(data) if data else []
    judge = partial(checker.check_all, explain=False)
    results = []
    faults = []
    for name in names:
        try:
            cases = given or load_cases(_announced(name, default_files(name, Path.cwd())))
            results += run_suite(name, cases, judge)
        except DataError as error:
            if len(names) == 1:
                raise
            faults.append(str(error))
    _print("results", [r.to_dict() for r in results], results_table(results), checker, format)
    for fault in faults:
        complain(fault)
    return not faults


def _announced(name: str, paths: Sequence[Path]) -> Sequence[Path]:
    """Say which messages a suite is asked of."""
    complain(f"suite {name}: asked of {', '.join(map(str, paths))}")
    return paths


def _measure(data: Sequence[Path], checker: Checker, *, rows: Path | None, format: str) -> None:
    """Print the usual measures; with `rows` also write a line a message."""
    from classifier.corpus import load_examples
    from classifier.evaluation import evaluate as measure_all
    from classifier.evaluation import measures_table
    from classifier.schema import ConfigError

    examples = load_examples(data)
    reports = list(checker.check_all((example.message for example in examples), explain=False))
    if rows:
        lines = (json.dumps(row, ensure_ascii=False) for row in _rows(examples, reports))
        try:
            rows.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        except OSError as error:
            raise ConfigError(f"--rows {rows}: {error.strerror}; name another file") from error
    measured = measure_all(examples, reports)
    _print("measures", [m.to_dict() for m in measured], measures_table(measured), checker, format)


def _print(
    kind: str, found: list[dict[str, object]], table: str, checker: Checker, format: str
) -> None:
    """Print what was measured as one JSON object, or as its table."""
    if format == "json":
        whole = {"schema": 1, "model": checker.model.tag, kind: found}
        say(json.dumps(whole, ensure_ascii=False))
    else:
        say(table)


def _rows(examples: Sequence[Example], reports: Sequence[Report]) -> list[dict[str, object]]:
    """Return one plain row a message, without its text."""
    from classifier.schema import LABELS

    return [
        {
            "id": example.message.id,
            "lang": report.lang,
            "group": example.group,
            "verdict": report.verdict,
            "flags": list(report.flags),
            "labels": dict(zip(LABELS, example.labels, strict=True)),
            "scores": dict(report.scores),
        }
        for example, report in zip(examples, reports, strict=True)
    ]
