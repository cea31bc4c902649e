"""Which parts of a message to show: all of a short one, the marked sentences of a long one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from classifier.render.marks import Mark, Span, united
from classifier.schema import Aside

SHORT = 1500
"""Code points up to which a terminal shows a message whole."""
_REACH = 200
"""Code points of context, at most, on either side of a mark."""
_LONGEST_MARK = 400
"""Code points of a mark that are shown, at most."""
_OPENING = 600
"""Code points shown of a long message without marks."""
_BOUNDARY = re.compile(r"[.!?…]+\s+|\n+")


def shown_spans(
    text: str, marks: Sequence[Mark], asides: Iterable[Aside], *, whole: int = SHORT
) -> list[Span]:
    """Return the spans of `text` to show, in order, without what was set aside.

    A text of up to `whole` code points is shown whole, of a longer one what surrounds its marks.
    """
    if len(text) <= whole:
        wanted = [(0, len(text))]
    else:
        wanted = [_surroundings(text, mark) for mark in marks] or [
            (0, _word_end(text, 0, _OPENING))
        ]
    holes = sorted((aside.start, aside.end) for aside in asides)
    pieces = (piece for span in united(wanted) for piece in _without(span, holes))
    return [span for span in (_trimmed(text, piece) for piece in pieces) if span[0] < span[1]]


def left_out(text: str, spans: Sequence[Span]) -> list[int]:
    """Return the words left out before each span and after the last: len(spans) + 1 counts."""
    edges = [0, *(edge for span in spans for edge in span), len(text)]
    return [len(text[edges[i] : edges[i + 1]].split()) for i in range(0, len(edges), 2)]


def _surroundings(text: str, mark: Mark) -> Span:
    """Return the mark with the rest of its sentence and a neighbour on either side."""
    end = min(mark.end, mark.start + _LONGEST_MARK)
    earliest = max(0, mark.start - _REACH)
    before = [match.end() for match in _BOUNDARY.finditer(text, earliest, mark.start)]
    after = [match.end() for match in _BOUNDARY.finditer(text, end, end + _REACH)]
    start = before[-2] if len(before) > 1 else _word_start(text, earliest, mark.start)
    return start, after[1] if len(after) > 1 else _word_end(text, end, end + _REACH)


def _word_start(text: str, place: int, limit: int) -> int:
    """Return the first word that begins at or after `place`, `limit` if there is none."""
    if place == 0:
        return 0
    blank = re.compile(r"\s").search(text, place, limit)
    return blank.end() if blank else limit


def _word_end(text: str, limit: int, place: int) -> int:
    """Return the end of the last word that ends at or before `place`, `limit` if there is none."""
    if place >= len(text):
        return len(text)
    blanks = [match.start() for match in re.compile(r"\s").finditer(text, limit, place)]
    return blanks[-1] if blanks else limit


def _without(span: Span, holes: Iterable[Span]) -> Iterator[Span]:
    """Yield what is left of `span` between the `holes`, which are in order."""
    start, end = span
    for hole_start, hole_end in holes:
        if start < hole_end and hole_start < end:
            yield start, hole_start
            start = hole_end
    yield start, end


def _trimmed(text: str, span: Span) -> Span:
    """Take line ends and blank lines off both ends of `span`, not the indent of its first line."""
    start, end = span
    words = text[start:end]
    end -= len(words) - len(words.rstrip())
    blank = re.match(r"(?:[^\S\n]*\n)*", text[start:end])
    return start + (blank.end() if blank else 0), end
