"""Marked words that a tool put at offsets of its own: find them in the text, or refuse them.

Browsers count UTF-16 units, so every emoji before a mark moves it by one; servers and editors
compose or decompose accents; line ends lose a character. Each such way to count is a *reading*: a
text as the tool saw it, and where each of its offsets stands in ours. The first reading under
which all marks of a message make sense is taken, for all of them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate

from classifier.imports.rows import Mark

Span = tuple[int, int]
"""Start and end in code points of the text, the end not included."""

_JOINERS = "\u200d\ufe0e\ufe0f"
_EXTENDS = (
    "[\\u0300-\\u036f\\u0591-\\u05bd\\u05bf\\u05c1\\u05c2\\u05c4\\u05c5\\u05c7\\u1ab0-\\u1aff"
    "\\u1dc0-\\u1dff\\u20d0-\\u20ff\\ufe00-\\ufe0f\\ufe20-\\ufe2f\\U0001f3fb-\\U0001f3ff\\u200d]"
)
_CLUSTER = re.compile(
    rf"\r\n|[\U0001f1e6-\U0001f1ff]{{2}}|.{_EXTENDS}*(?:(?<=\u200d).{_EXTENDS}*)*", re.DOTALL
)
_SPACE = re.compile(r"\\[nrt]|\s+")
_NOWHERE = -1


def found_spans(text: str, marks: Sequence[Mark]) -> list[Span] | None:
    """Return where the marks stand in `text`; None when no way to count makes sense of them.

    A mark that quotes its words must find them there. Of one that does not, the edges must be edges
    of words, unless all ways to count agree.
    """
    possible: dict[tuple[Span, ...], None] = {}
    for table in _readings(text):
        spans = [_looked_up(table, mark) for mark in marks]
        if None not in spans:
            certain = tuple(span for span in spans if span)
            if all(map(_quotes, [text] * len(marks), certain, marks)):
                possible[certain] = None
    if len(possible) <= 1 or all(mark.quote is not None for mark in marks):
        return next(map(list, possible), None)
    on_edges = (spans for spans in possible if all(_on_edges(text, *span) for span in spans))
    return next(map(list, on_edges), None)


def _looked_up(table: Sequence[int], mark: Mark) -> Span | None:
    if not 0 <= mark.start < mark.end < len(table):
        return None
    start, end = table[mark.start], table[mark.end]
    return (start, end) if _NOWHERE < start < end else None


def _quotes(text: str, span: Span, mark: Mark) -> bool:
    return mark.quote is None or _loose(text[slice(*span)]) == _loose(mark.quote)


def _loose(words: str) -> str:
    """Return words without what exports change in them: composition and kinds of white space."""
    return _SPACE.sub(" ", unicodedata.normalize("NFC", words)).strip()


def _readings(text: str) -> Iterator[list[int]]:
    """Yield, for each way to count, the place in `text` of each offset; -1 inside a character."""
    clusters = list(_clusters(text))
    for change in _CHANGES:
        changed = [change(cluster) for cluster in clusters]
        if "".join(changed) == change(text):  # else something composes across clusters
            for width in (len, _units):
                yield list(_table(clusters, changed, width))
    yield list(accumulate(map(len, clusters), initial=0))  # what a reader takes for a character


def _table(old: list[str], new: list[str], width: Callable[[str], int]) -> Iterator[int]:
    """Yield the place in the old text of each offset into the new one, and of its end."""
    at = 0
    for before, after in zip(old, new, strict=True):
        pieces = after if before == after else [after]
        for offset, piece in enumerate(pieces):
            yield from (at + offset, *[_NOWHERE] * (width(piece) - 1))
        at += len(before)
    yield at


def _units(text: str) -> int:
    """Return the length in UTF-16."""
    return len(text) + sum(character > "\uffff" for character in text)


def _clusters(text: str) -> Iterator[str]:
    """Yield each character with what combines with it; CR and LF are one.

    A simple form of Unicode's grapheme clusters (UAX 29): enough for Latin, Hebrew and emoji.
    """
    yield from _CLUSTER.findall(text)


_CHANGES: tuple[Callable[[str], str], ...] = (
    str,
    lambda text: text.replace("\r\n", "\n"),
    lambda text: unicodedata.normalize("NFC", text),
    lambda text: unicodedata.normalize("NFD", text),
)


def _on_edges(text: str, start: int, end: int) -> bool:
    """Tell whether a span begins and ends with whole words."""
    inside = text[start:end]
    return inside == inside.strip() and _is_edge(text, start) and _is_edge(text, end)


def _is_edge(text: str, at: int) -> bool:
    if at in (0, len(text)):
        return True
    before, after = text[at - 1], text[at]
    if unicodedata.combining(after) or after in _JOINERS or before in _JOINERS[:1]:
        return False
    return not (_in_word(before) and _in_word(after))


def _in_word(character: str) -> bool:
    return character.isalnum() or bool(unicodedata.combining(character))
