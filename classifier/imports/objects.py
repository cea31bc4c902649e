"""JSON in any of its packings: an object a line, a list of objects, or an object of columns."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from classifier.encodings import decode
from classifier.imports.rows import Fault
from classifier.schema import InputError
from classifier.sources.streams import Stream

MAX_FILE_BYTES = 500_000_000
"""Of one file; more would fill the memory, and no training needs it."""

_NEXT = re.compile(r"\}\s*,?\s*(?=\{)")
_GAP = re.compile(r"[\s,]*")
_NOT_JSON = "not JSON; one object, in braces, is needed here"

Places = Iterator[tuple[str, dict[str, Any]] | Fault]
"""(place, object), or what is wrong there."""


def json_objects(stream: Stream, source: str) -> Places:
    """Yield every object of a JSON or JSON Lines file. A broken one costs itself only.

    Raises:
        InputError: the file is over MAX_FILE_BYTES.
    """
    content = stream.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise InputError(f"{source}: over {MAX_FILE_BYTES:,} bytes; split it into several files")
    text = decode(content)[0].lstrip("\ufeff")
    if text.lstrip().startswith("["):
        yield from _listed(text, source)
    elif _parsed(text.strip().split("\n", 1)[0]) is None and (whole := _parsed(text)) is not None:
        yield from _rows_of(whole, source)
    else:
        yield from _lines(text, source)


def _lines(text: str, source: str) -> Places:
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        found = _parsed(line)
        if isinstance(found, dict) and not any(map(str.strip, lines[1:])):
            yield from _rows_of(found, source)
        elif isinstance(found, dict):
            yield f"{source}, line {number}", found
        elif line.strip():
            yield Fault(f"{source}, line {number}", _NOT_JSON)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _rows_of(whole: Any, source: str) -> Places:
    """Yield the rows of an object that holds a list for each column, or an object for each row."""
    rows: list[Any] = [whole]
    values = list(whole.values()) if isinstance(whole, dict) else []
    if values and all(isinstance(value, list) for value in values):
        rows = [dict(zip(whole, row, strict=True)) for row in zip(*values, strict=False)]
    elif len(values) > 1 and all(isinstance(value, dict) for value in values):
        rows = values
    for number, row in enumerate(rows, 1):
        place = f"{source}, item {number}"
        yield (place, row) if isinstance(row, dict) else Fault(place, _NOT_JSON)


def _listed(text: str, source: str) -> Places:
    """Yield the objects of a list; behind a broken one, go on where the next may begin."""
    decoder, at, line, counted, keys = json.JSONDecoder(), text.index("[") + 1, 1, 0, set[str]()
    while (at := _after_gap(text, at)) < len(text) and text[at] != "]":
        line, counted = line + text.count("\n", counted, at), at
        place = f"{source}, line {line}, character {at - text.rfind(chr(10), 0, at)}"
        try:
            found, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            yield Fault(place, f"{_NOT_JSON}; reading went on behind it")
            at = _resumed(decoder, text, at, keys)
            continue
        if isinstance(found, dict):
            keys = keys or set(found)
            yield place, found
        else:
            yield Fault(place, _NOT_JSON)


def _after_gap(text: str, at: int) -> int:
    found = _GAP.match(text, at)
    return found.end() if found else at


def _resumed(decoder: json.JSONDecoder, text: str, at: int, keys: set[str]) -> int:
    """Return where the next object begins that looks like those before, and is no part of one."""
    for gap in _NEXT.finditer(text, at):
        try:
            found, end = decoder.raw_decode(text, gap.end())
        except (ValueError, RecursionError):
            continue
        alike = len(keys & set(found)) * 2 >= len(keys)
        if alike and text[(after := _after_gap(text, end)) : after + 1] in ("{", "]", ""):
            return gap.end()
    return len(text)
