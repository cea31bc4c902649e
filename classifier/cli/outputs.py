"""Which files `blastcheck batch` writes, from its options."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from classifier.batch import Output

OUTPUT_FORMATS = ("jsonl", "csv", "parquet", "sarif", "html")


def outputs_of(out: Path | None, format: str | None, report: Path | None) -> list[Output]:
    """Return the outputs that -o FILE, --format and --report FILE ask for, at least one.

    Raises:
        click.UsageError: they ask for none, for one place twice, or for no format there is.
    """
    from classifier.batch import Output  # noqa: PLC0415 - keeps --help fast

    if not out and not report:
        raise click.UsageError("say where to write: -o FILE, --report FILE, or both")
    if format and not out:
        raise click.UsageError("--format is for -o FILE; --report always writes HTML")
    if out and report and out.absolute() == report.absolute():
        raise click.UsageError(f"{out}: -o and --report need a file each; choose another for one")
    outputs = [Output(out, _format(out, format))] if out else []
    return [*outputs, Output(report, "html")] if report else outputs


def _format(path: Path, named: str | None) -> str:
    chosen = named or path.suffix.lstrip(".").lower()
    if chosen not in OUTPUT_FORMATS:
        choices = ", ".join(OUTPUT_FORMATS)
        raise click.UsageError(f"{path}: say --format, one of {choices}, or end the name with one")
    return chosen
