"""Tables: a message a row. JSON Lines, CSV with any of its usual delimiters, LinkedIn's export."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from classifier.readers import MAX_BYTES
from classifier.sources.ids import Ids
from classifier.sources.record import Failure, Found, Notice, ReadOptions, Record
from classifier.sources.rows import RowError, RowReader
from classifier.sources.streams import Stream, TextLine, bare_name

_DELIMITERS = ",;\t|"
_RETURN = re.compile(r"\r(?=[^\n])")
_QUOTED = re.compile(r'"[^"]*"')
_MOST_CHARS = 16_000_000
"""Characters of one cell."""
_MOST_LINES = 100_000
"""Lines of one row."""
_TOO_LONG = f"a line of over {MAX_BYTES:,} bytes was not read"


def read_json_lines(stream: Stream, source: str, options: ReadOptions) -> Iterator[Found]:
    """Yield the message of each line; a broken line is a Failure."""
    rows = _Rows(stream, source, RowReader.of(options))
    for line in stream.text_lines():
        place = f"{source}, line {line.number}"
        if line.too_long:
            yield rows.failure(place, _TOO_LONG)
        elif line.text.strip():
            yield from rows.found(_Row(place, line.number, line.guesses, line.text, _object))
    yield from rows.end()


def read_csv(stream: Stream, source: str, options: ReadOptions) -> Iterator[Found]:
    """Yield the message of each row; rows count as in a spreadsheet, the header is row 1.

    Raises:
        InputError: the header has no column for the text.
    """
    reader = RowReader.of(options)
    table = _Csv(_Lines(stream.text_lines()))
    header = table.header()
    if header is None:
        yield Notice(source, "an empty table")
        return
    reader.check(header, source)
    rows, parse = _Rows(stream, source, reader), _under(header)
    for number, cells, line in table.rows():
        place = f"{source}, row {number} at line {line}"
        if isinstance(cells, str):
            yield rows.failure(place, cells)
        elif any(cell.strip() for cell in cells):
            yield from rows.found(_Row(place, number, table.guesses, cells, parse))
    yield from rows.end()


def csv_rows(stream: Stream, source: str) -> Iterator[tuple[str, dict[str, Any] | str]]:
    """Yield the place of each row of a table, and its cells by column or what is wrong with it."""
    table = _Csv(_Lines(stream.text_lines()))
    header = table.header()
    parse, rows = _under(header or []), table.rows() if header else ()
    for number, cells, line in rows:
        place = f"{source}, row {number} at line {line}"
        try:
            if isinstance(cells, str) or any(map(str.strip, cells)):
                yield place, cells if isinstance(cells, str) else parse(cells)
        except RowError as error:
            yield place, str(error)


class _Rows:
    """Turns what a row holds into a Record or a Failure, and keeps count of the bytes."""

    def __init__(self, stream: Stream, source: str, reader: RowReader) -> None:
        self._stream = stream
        self._source = source
        self._reader = reader
        self._ids = Ids(bare_name(Path(source)))
        self._position = 0
        self._count = 0
        self._by_others = 0

    def found(self, row: _Row) -> Iterator[Record | Failure]:
        """Yield the record of a row, nothing when another person wrote it."""
        try:
            message = self._reader.message(row.parse(row.content))
        except RowError as error:
            yield self.failure(row.place, str(error))
            return
        self._count += 1
        self._by_others += message is None
        if message:
            name, repeated = self._ids.of(message, row.number)
            limits = (*row.guesses, *repeated)
            yield Record(row.place, name, self._source, message, "", self._size(), limits)

    def failure(self, place: str, why: str) -> Failure:
        """Return the Failure of a row."""
        self._count += 1
        return Failure(place, why, self._source, self._size())

    def end(self) -> Iterator[Notice]:
        """Say so when there was no row at all, or none by the person that was asked for."""
        if self._count == self._by_others:
            whose = f" by {self._reader.sender!r}" if self._count else ""
            yield Notice(self._source, f"no messages{whose} in this table")

    def _size(self) -> int:
        before, self._position = self._position, self._stream.position
        return self._position - before


class _Row(NamedTuple):
    """A row that is not parsed yet."""

    place: str
    number: int
    guesses: tuple[str, ...]
    content: Any
    parse: Callable[[Any], dict[str, Any]]


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except RecursionError:
        raise RowError("JSON nested too deep to be read") from None
    except ValueError as error:
        place = f" at column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        raise RowError(f"not JSON{place}; one object a line is needed") from None
    if not isinstance(found, dict):
        raise RowError(f"a JSON {type(found).__name__} and not an object")
    return found


def _under(header: list[str]) -> Callable[[list[str]], dict[str, Any]]:
    def parse(cells: list[str]) -> dict[str, Any]:
        if any(cell.strip() for cell in cells[len(header) :]):
            counts = f"{len(cells)} cells under {len(header)} columns"
            raise RowError(f'{counts}; a text with the delimiter in it needs quotes (") around it')
        return dict(zip(header, cells, strict=False))

    return parse


@dataclass
class _Lines:
    """Feeds a csv.reader, remembers the lines of the row at hand, and takes them back."""

    source: Iterator[TextLine]
    row: list[TextLine] = field(default_factory=list)
    waiting: list[TextLine] = field(default_factory=list)
    """Lines to be read again, the next one last."""
    exhausted: bool = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.waiting.pop() if self.waiting else next(self.source, None)
        if line is None:
            self.exhausted = True
            raise StopIteration
        if found := _RETURN.search(line.text):  # where old Macs end a line
            self.waiting.append(line._replace(text=line.text[found.end() :]))
            line = line._replace(text=line.text[: found.end()])
        self.row.append(line)
        if len(self.row) > _MOST_LINES:
            raise csv.Error(f"a row of over {_MOST_LINES:,} lines")
        return line.text

    def take_back(self) -> None:
        """Read the lines of this row again, all but the first."""
        self.waiting += reversed(self.row[1:])
        self.exhausted = False


class _Csv:
    """The rows of a CSV file; a quotation mark that is never closed costs one line."""

    def __init__(self, lines: _Lines) -> None:
        self._lines = lines
        self.guesses: tuple[str, ...] = ()
        """What was guessed to decode the row at hand."""

    def header(self) -> list[str] | None:
        """Return the names of the columns, without the byte order mark; None in an empty file."""
        csv.field_size_limit(_MOST_CHARS)  # for the whole process; the default loses a long message
        for text in self._lines:
            if text.strip():
                bare = _QUOTED.sub("", text)
                self._delimiter = max(_DELIMITERS, key=bare.count)
                self._lines.take_back()
                self._lines.waiting += self._lines.row[:1]
                return next(self._reader(), None)
        return None

    def _reader(self) -> Iterator[list[str]]:
        return csv.reader(self._lines, delimiter=self._delimiter)

    def rows(self) -> Iterator[tuple[int, list[str] | str, int]]:
        """Yield row number, its cells or what is wrong with it, and the line it begins at."""
        reader, number = self._reader(), 1
        while True:
            self._lines.row.clear()
            cells = self._next(reader)
            if cells is None:
                return
            number += 1
            first = self._lines.row[0]
            self.guesses = tuple(dict.fromkeys(g for line in self._lines.row for g in line.guesses))
            if isinstance(cells, str):
                self._lines.take_back()
                reader = self._reader()
            yield number, cells, first.number

    def _next(self, reader: Iterator[list[str]]) -> list[str] | str | None:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            return f"not CSV: {error}"
        if cells is not None and self._lines.exhausted:
            return "a quotation mark is never closed; this line was left out"
        if any(line.too_long for line in self._lines.row):
            return _TOO_LONG
        return cells
