"""Tables: a message a row. JSON Lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from classifier.encodings import decode
from classifier.readers import MAX_BYTES
from classifier.sources.record import Failure, Found, ReadOptions, Record
from classifier.sources.rows import RowError, message_of_row
from classifier.sources.streams import Stream, bare_name


def read_json_lines(stream: Stream, source: str, options: ReadOptions) -> Iterator[Found]:
    """Yield the message of each line; a line that is broken is one Failure."""
    before, name = 0, bare_name(Path(source))
    for line in _whole_lines(stream):
        number, place = stream.line, f"{source}, line {stream.line}"
        size, before = stream.position - before, stream.position
        if line is None:
            yield Failure(place, f"a line of over {MAX_BYTES:,} bytes was not read", source, size)
        elif line.strip():
            text, guesses = decode(line)
            try:
                message = message_of_row(_object(text), options.columns)
            except RowError as error:
                yield Failure(place, str(error), source, size)
                continue
            known = message.id or f"{name}#{number}"
            yield Record(place, known, source, message, "", size, guesses)


def _whole_lines(stream: Stream) -> Iterator[bytes | None]:
    """Yield each line; None for one too long to keep."""
    torn = False
    for piece in stream.lines():
        ends = piece.endswith(b"\n") or len(piece) < MAX_BYTES
        if torn or not ends:
            if not torn:
                yield None
            else:
                stream.line -= 1  # only a piece of a line
            torn = not ends
            continue
        yield piece


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
