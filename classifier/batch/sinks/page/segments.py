"""A message cut where marks begin and end, since browsers count characters in another way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from classifier.render.characters import visible
from classifier.render.excerpt import left_out, shown_spans
from classifier.render.marks import Mark, Span
from classifier.render.words import counted
from classifier.schema import Aside

WHOLE = 6000
"""Code points up to which a message is shown whole; of a longer one what surrounds its marks."""
_STRONGEST = ("flag", "unsure", "slip", "healthy")
"""What a stretch under several marks looks like: the first of these."""

Segment = str | list[Any]
"""Plain text, or [text, style, numbers of the findings whose mark ends here]."""


def segments(
    text: str, marks: Sequence[Mark], asides: Iterable[Aside], words: Mapping[str, str]
) -> list[Segment]:
    """Return what to show of a message, in order, with nothing in it that acts on its reader.

    Args:
        text: the message; offsets of marks and asides are code points into it.
        marks: in the order of the text; a number of 0 is not shown.
        asides: left out, and counted.
        words: those of the report, for what is left out.
    """
    spans = shown_spans(text, marks, asides, whole=WHOLE)
    cut: list[Segment] = []
    for gap, span in zip(left_out(text, spans), [*spans, None], strict=True):
        if gap:
            cut.append([counted(words, "left_out", gap), "note", []])
        if span:
            cut += _cut(text, span, marks)
    return cut


def _cut(text: str, span: Span, marks: Sequence[Mark]) -> list[Segment]:
    start, end = span
    edges = {edge for mark in marks for edge in (mark.start, mark.end) if start < edge < end}
    places = [start, *sorted(edges), end]
    return [
        _segment(text, left, right, [mark for mark in marks if mark.start <= left < mark.end])
        for left, right in pairwise(places)
    ]


def _segment(text: str, start: int, end: int, marks: Sequence[Mark]) -> Segment:
    shown = lines_of(text[start:end])
    if not marks:
        return shown
    style = next(style for style in _STRONGEST if any(mark.style == style for mark in marks))
    return [shown, style, [mark.number for mark in marks if mark.end == end and mark.number]]


def lines_of(text: str) -> str:
    r"""Return text with its lines, everything else that acts on a reader made visible.

    >>> lines_of("a\r\nb\u202e")
    'a\nb\\u202e'
    """
    return "\n".join(visible(line) for line in text.replace("\r\n", "\n").split("\n"))
