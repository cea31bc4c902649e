"""WhatsApp's chat export: a line a message, stamped in the manner of the phone's country."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from classifier.encodings import MAX_TEXT, cap
from classifier.schema import Message
from classifier.sources.record import Found, Notice, ReadOptions, Record
from classifier.sources.streams import Stream, bare_name

_MARKS = "[\u200e\u200f\u202a-\u202e\u2066-\u2069]"
_STAMP = (
    rf"{_MARKS}{{0,3}}\[?\d{{1,4}}[./-]\d{{1,2}}[./-]\d{{1,4}}\.?,?[ \u202f\xa0](?:à |at |um |ב-)?"
    r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:[ \u202f\xa0][AaPp]\.?[ \xa0]?[Mm]\.?)?(?:\]| -) "
)
_LINE = re.compile(rf"{_STAMP}{_MARKS}{{0,3}}([^:\n]{{1,100}}?): ?(.*)", re.DOTALL)
_STAMPED = re.compile(_STAMP)
_FEWEST = 2
_LOOKED_AT = 20


def looks_like_chat(start: str) -> bool:
    """Tell whether a text is a chat: its first line is stamped, and another one after it."""
    lines = start.splitlines()[:_LOOKED_AT]
    return bool(lines and _STAMPED.match(lines[0])) and (
        sum(bool(_STAMPED.match(line)) for line in lines) >= _FEWEST
    )


class _Said(NamedTuple):
    line: int
    sender: str
    text: str


def read_chat(stream: Stream, source: str, options: ReadOptions) -> Iterator[Found]:
    """Yield what each person said; `options.sender` keeps one of them. Ids count all messages."""
    number, kept, before, wanted = 0, 0, 0, options.sender and options.sender.casefold()
    for said in _said(stream):
        number += 1
        size, before = stream.position - before, stream.position
        if wanted and said.sender.casefold() != wanted:
            continue
        kept += 1
        text, limits = cap(said.text.rstrip("\r\n"))
        name = f"{bare_name(Path(source))}#{number}"
        message = Message(text, limits=limits)
        yield Record(f"{source}, line {said.line}", name, source, message, "", size)
    if not kept:
        whose = f" by {options.sender!r}" if number else ""
        yield Notice(source, f"no messages{whose} in this chat")


def _said(stream: Stream) -> Iterator[_Said]:
    """Join the lines of each message; what WhatsApp itself says is left out."""
    at, held, sender, lines = 0, 0, "", list[str]()
    for line in stream.text_lines():
        if _STAMPED.match(line.text):
            if lines:
                yield _Said(at, sender, "".join(lines))
            found = _LINE.match(line.text)
            at, sender, lines = line.number, found[1] if found else "", [found[2]] if found else []
            held = 0
        elif lines and held <= MAX_TEXT:  # more would be cut anyway, and said so
            lines.append(line.text)
            held += len(line.text)
    if lines:
        yield _Said(at, sender, "".join(lines))
