"""JSON Lines: a report a line, exactly as `check --format json` prints it."""

from __future__ import annotations

from typing import BinaryIO

from classifier.batch.entry import Entry
from classifier.batch.summary import Summary


class JsonLinesSink:
    """Writes the reports as they are."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, entry: Entry) -> None:
        """Add a line."""
        self._file.write(f"{entry.report_json}\n".encode())

    def finish(self, summary: Summary) -> None:
        """Do nothing: every line stands for itself."""
