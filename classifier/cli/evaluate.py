"""`blastcheck evaluate`: how good the verdicts are on labelled messages."""
# ruff: noqa: PLC0415 - imports inside functions keep --help fast

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from classifier.cli.shell import say, settings_from, settings_options

if TYPE_CHECKING:
    from classifier.corpus import Example
    from classifier.schema import Report


@click.command()
@click.argument("data", nargs=-1, required=True, type=click.Path(path_type=Path))
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
    rows: Path | None,
    format: str,
    config: Path | None,
    no_config: bool,
    model: Path | None,
) -> None:
    """Measure the verdicts on labelled messages in DATA (JSON Lines), per language and label.

    Intervals are 95 % bootstraps over groups; messages not judged count as not flagged.
    """
    from classifier.checker import Checker
    from classifier.corpus import load_examples
    from classifier.evaluation import evaluate as measure_all
    from classifier.evaluation import measures_table
    from classifier.schema import ConfigError

    settings = settings_from(config=config, no_config=no_config, model=model)
    checker = Checker.load(settings.model, settings=settings)
    examples = load_examples(data)
    reports = list(checker.check_all((example.message for example in examples), explain=False))
    if rows:
        lines = (json.dumps(row, ensure_ascii=False) for row in _rows(examples, reports))
        try:
            rows.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        except OSError as error:
            raise ConfigError(f"--rows {rows}: {error.strerror}; name another file") from error
    measured = measure_all(examples, reports)
    if format == "json":
        found = {
            "schema": 1,
            "model": checker.model.tag,
            "measures": [m.to_dict() for m in measured],
        }
        say(json.dumps(found, ensure_ascii=False))
    else:
        say(measures_table(measured))


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
