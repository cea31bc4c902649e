"""CSV for spreadsheets: UTF-8 with the mark that makes them show Hebrew, and no live formulas."""

from __future__ import annotations

import csv
import io
from typing import Any, BinaryIO

from classifier.batch.entry import Entry
from classifier.batch.sinks.rows import COLUMNS, row_of
from classifier.batch.summary import Summary

_BETWEEN = " | "
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a cell begins with that a spreadsheet would run (OWASP, CSV injection)."""


class CsvSink:
    """Writes a header and a row an entry."""

    def __init__(self, file: BinaryIO) -> None:
        self._text = io.TextIOWrapper(file, "utf-8-sig", newline="")
        self._writer = csv.writer(self._text, lineterminator="\r\n")
        self._writer.writerow(COLUMNS)

    def write(self, entry: Entry) -> None:
        """Add a row."""
        self._writer.writerow([_cell(value) for value in row_of(entry).values()])

    def finish(self, summary: Summary) -> None:
        """Hand the last rows to the file."""
        del summary
        self._text.detach()


def _cell(value: Any) -> str:
    r"""Return a value as the text of a cell.

    >>> _cell(["a", "b"]), _cell("=1+1"), _cell(0.5), _cell(None)
    ('a | b', "'=1+1", '0.5', '')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    text = _BETWEEN.join(map(str, value)) if isinstance(value, list) else str(value)
    return f"'{text}" if isinstance(value, (str, list)) and text.startswith(_FORMULA) else text
