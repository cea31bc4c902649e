"""One page of HTML that needs nothing else: for people, who would rather look than read.

The page is written in two steps, since what stands on top of it is known last: messages go to a
temporary file as they come, at most `ROOM` bytes of them; at the end the template
(`assets/page.html`) is filled and the messages are copied into it. Memory stays the same however
many there are.
"""

from __future__ import annotations

import tempfile
from typing import BinaryIO

from classifier.batch.entry import Entry
from classifier.batch.sinks.page.advice import AdviceTable
from classifier.batch.sinks.page.message import message_on_page
from classifier.batch.sinks.page.tally import Tally
from classifier.batch.summary import Summary
from classifier.render.json_lines import json_line, without_tags

ROOM = 64 * 1024 * 1024
"""Bytes of messages that a page lists; a browser still opens that. Later ones are counted only."""
_HELD = 1_000_000
"""Bytes kept in memory before they go to a temporary file."""
_ALWAYS = ("flag", "unsure", "failed")
"""What is listed up to the last byte; all else up to half the room, so that these find some."""


class PageSink:
    """Writes one HTML page; nothing reaches the file before the end."""

    def __init__(self, file: BinaryIO, ui_lang: str | None = None) -> None:
        self._file = file
        self._ui_lang = ui_lang
        self._messages = tempfile.SpooledTemporaryFile(_HELD)  # noqa: SIM115 - closed in finish
        self._used = 0
        self._advice = AdviceTable()
        self._tally = Tally()

    def write(self, entry: Entry) -> None:
        """Count an entry, and keep it for the table while there is room."""
        shown = message_on_page(entry, self._ui_lang, self._advice)
        self._tally.add(entry, shown)
        line = without_tags(json_line(shown)).encode()
        matters = entry.outcome in _ALWAYS or "cluster" in shown or "slips" in shown
        if self._used + len(line) > (ROOM if matters else ROOM // 2):
            self._tally.unlisted += 1
            return
        self._used += len(line)
        self._messages.write(line + b"\n")

    def finish(self, summary: Summary) -> None:
        """Write the page."""
        from classifier.batch.sinks.page.document import pieces  # noqa: PLC0415 - Jinja2: only here

        with self._messages as kept:
            kept.seek(0)
            lines = (line.decode() for line in kept)
            for piece in pieces(summary, self._tally, self._advice.rows, lines, self._ui_lang):
                self._file.write(piece.encode())
