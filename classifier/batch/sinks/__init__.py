"""Outputs: one class a format, and the table that names them.

A sink writes to a file that the run has opened; the run puts it in its place only when it is whole.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import BinaryIO, Protocol

from classifier.batch.entry import Entry
from classifier.batch.sinks.csv_table import CsvSink
from classifier.batch.sinks.json_lines import JsonLinesSink
from classifier.batch.sinks.page import PageSink
from classifier.batch.sinks.parquet import ParquetSink
from classifier.batch.sinks.sarif import SarifSink
from classifier.batch.summary import Summary
from classifier.schema import ConfigError


class Sink(Protocol):
    """Writes the entries of a run, in order."""

    def write(self, entry: Entry) -> None:
        """Add an entry, after all findings were joined to it."""

    def finish(self, summary: Summary) -> None:
        """Write what stands at the end; the run closes the file."""


SINKS: dict[str, Callable[[BinaryIO], Sink]] = {
    "jsonl": JsonLinesSink,
    "csv": CsvSink,
    "parquet": ParquetSink,
    "sarif": SarifSink,
    "html": PageSink,
}
"""Format, which is also the file's suffix -> what writes it."""

_NEEDS = {"parquet": "pyarrow"}
"""Format -> the package it is written with; the extra that brings it is named like the format."""


def check_installed(format: str) -> None:
    """Make sure, before anything is judged, that a format can be written.

    Raises:
        ConfigError: what writes it is not installed.
    """
    if format in _NEEDS and find_spec(_NEEDS[format]) is None:
        raise ConfigError(f"writing {format} needs: pip install 'blastcheck[{format}]'")


def open_sink(format: str, file: BinaryIO, ui_lang: str | None) -> Sink:
    """Return what writes a format; of all of them only the page speaks, so only it has a language.

    Args:
        format: a key of SINKS.
        file: to write to; it stays open.
        ui_lang: language of the page; None takes the one most messages are in.
    """
    return PageSink(file, ui_lang) if format == "html" else SINKS[format](file)


KEEPS_TEXT = frozenset({"html"})
"""Formats that need `text` and `subject` in `Entry.extra`."""
