"""A text as lines that can be compared: offsets kept, invisible marks and spelling set aside."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from classifier.schema import Aside, AsideKind

MAX_LINES = 20_000
"""Lines looked at; a quotation that has begun by then goes on to the end."""

LONGEST_KEY = 400
"""A line longer than this is prose, and gets no key. It bounds every test on a key."""

Marks = list[AsideKind | None]
"""One entry per line: what it is, or None for the sender's own words."""

_INVISIBLE = "\u00ad\u061c\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
_INVISIBLE += "\u2060\u2066\u2067\u2068\u2069\ufeff"
_FOLD = {
    **dict.fromkeys(map(ord, _INVISIBLE)),
    **dict.fromkeys(map(ord, "\u2018\u2019\u02bc\u2032\u05f3"), "'"),
    **dict.fromkeys(map(ord, "\u201c\u201d\u2033\u05f4"), '"'),
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u05be"), "-"),
    ord("*"): None,  # bold, in the plain text that mail programs make of HTML
}
_FOLDABLE = re.compile("[" + re.escape("".join(map(chr, _FOLD))) + "]")
BLANK = "".join(c for c in map(chr, range(0x3001)) if c.isspace()) + _INVISIBLE
"""What stands around words and is none."""

_NEWLINE = re.compile(r"\n|\r(?!\n)")
_QUOTE_MARKS = re.compile(r"(?:>[ \t]?)+")


class Line(NamedTuple):
    """A line that is not blank."""

    start: int
    """Offset of its first visible character, in code points."""
    end: int
    key: str
    """Its words in comparable form, after the quote marks; empty for a very long line."""
    depth: int
    """How many `>` it begins with."""
    known: AsideKind | None
    """What the caller already knows it to be."""
    after_blank: bool
    """A blank line, or the beginning of the text, stands before it."""


def key_of(text: str) -> str:
    """Return `text` in the form phrases are compared in.

    >>> key_of("*Envoy\N{LATIN SMALL LETTER E WITH ACUTE}\N{NO-BREAK SPACE}:  Lundi")
    'envoyé: lundi'
    """
    return " ".join(folded(text).split()).casefold().replace(" :", ":")


def folded(text: str) -> str:
    """Return `text` with plain quotes and hyphens, without invisible marks and asterisks."""
    return text.translate(_FOLD) if _FOLDABLE.search(text) else text


def lines_of(text: str, known: Sequence[Aside] = ()) -> list[Line]:
    """Return the lines of `text` that are not blank, at most MAX_LINES.

    Args:
        text: The text of a message.
        known: Asides already found in it, sorted and disjoint.
    """
    lines: list[Line] = []
    starts = [aside.start for aside in known]
    position, after_blank = 0, True
    for raw in _split(text):
        body = raw.strip(BLANK)
        if not body:
            after_blank = True
        else:
            start = position + raw.index(body[0])
            before = bisect_right(starts, start)
            covered = before and known[before - 1].end >= start + len(body)
            kind = known[before - 1].kind if covered else None
            lines.append(_line(body, start, kind, after_blank=after_blank))
            after_blank = False
            if len(lines) >= MAX_LINES:
                break
        position += len(raw) + 1
    return lines


def asides_of(text: str, lines: Sequence[Line], marks: Marks) -> tuple[Aside, ...]:
    """Return the marked lines as asides; neighbours of one kind, and their blank lines, join."""
    asides, index = [], 0
    for kind, group in groupby(marks):
        size = len(list(group))
        if kind is not None:
            last = index + size == MAX_LINES
            end = len(text.rstrip()) if last else lines[index + size - 1].end
            asides.append(Aside(kind, lines[index].start, end))
        index += size
    return tuple(asides)


def _split(text: str) -> list[str]:
    if "\r" not in text:
        return text.split("\n")
    return _NEWLINE.split(text)


def _line(body: str, start: int, known: AsideKind | None, *, after_blank: bool) -> Line:
    end = start + len(body)
    depth = 0
    if body[0] == ">" and (marks := _QUOTE_MARKS.match(body)):
        depth = marks[0].count(">")
        body = body[marks.end() :]
    key = key_of(body) if len(body) <= LONGEST_KEY else ""
    return Line(start, end, key, depth, known, after_blank)
