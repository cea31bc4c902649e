"""A message with the words that matter marked, line by line, within a width.

Three ways to mark. With colour: the words are coloured. Without colour: a line of ^^^^ (healthy
signs ~~~~) under the words. That line cannot work for right-to-left text, where the terminal
decides in which column a letter lands; there the words stand between ⟦ ⟧ (healthy signs ⟨ ⟩).
Unicode pairs and mirrors these brackets, so they open and close on the right side in either
direction, and hardly any message contains them. Each way gives the number of the finding.
"""

from __future__ import annotations

import bisect
import itertools
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from typing import NamedTuple

from classifier.render.characters import columns, shown

_SGR = {"flag": "31;1", "unsure": "33", "healthy": "32", "note": "2", "head": "1"}
_BRACKETS = {"flag": ("⟦", "⟧"), "unsure": ("⟦", "⟧"), "healthy": ("⟨", "⟩")}
_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


Span = tuple[int, int]
"""Offsets in code points: inclusive, exclusive."""


class Marking(Enum):
    """How words are marked."""

    COLOR = "color"
    UNDERLINE = "underline"
    BRACKET = "bracket"


class Mark(NamedTuple):
    """A stretch of the message to mark."""

    start: int
    """Offset in code points into the message's text, inclusive."""
    end: int
    """Offset in code points, exclusive."""
    number: int
    """The finding it belongs to, as numbered in the report."""
    style: str
    """`flag`, `unsure` or `healthy`."""


class Cell(NamedTuple):
    """What one place of a terminal shows: a letter with its accents, or a sign of ours."""

    text: str
    width: int
    offset: int
    """Of the letter in the message's text."""
    style: str = ""


def united(spans: Iterable[Span]) -> list[Span]:
    """Return the spans in order, those that touch or overlap joined, empty ones dropped."""
    united: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if united and start <= united[-1][1]:
            united[-1] = united[-1][0], max(end, united[-1][1])
        else:
            united.append((start, end))
    return united


def painted(text: str, style: str) -> str:
    """Return `text` in the colour of `style`; an empty style changes nothing."""
    return f"\x1b[{_SGR[style]}m{text}\x1b[0m" if style else text


def plain_cells(text: str, *, offset: int = 0) -> list[Cell]:
    """Return one line as cells; accents and joiners share the cell of their letter."""
    cells: list[Cell] = []
    for place, char in enumerate(text, offset):
        safe = shown(char)
        width = sum(map(columns, safe))
        if cells and safe and not width:
            cells[-1] = cells[-1]._replace(text=cells[-1].text + safe)
        elif safe:
            cells.append(Cell(safe, width, place))
    return cells


def wrap(cells: Iterable[Cell], width: int) -> Iterator[list[Cell]]:
    """Yield rows of at most `width` columns, broken at spaces, inside a word only if it must be.

    There is always at least one row, and no row is empty unless the line is.
    """
    row: list[Cell] = []
    used = 0
    for blank, run in itertools.groupby(cells, key=_is_blank):
        word = list(run)
        if row and used + sum(cell.width for cell in word) > width:
            yield row
            row, used = [], 0
            if blank:
                continue
        for cell in word:
            if row and used + cell.width > width:
                yield row
                row, used = [], 0
            row.append(cell)
            used += cell.width
    yield row


def _is_blank(cell: Cell) -> bool:
    return cell.text == " "


def marked_lines(
    text: str, span: Span, marks: Sequence[Mark], *, marking: Marking, width: int
) -> Iterator[str]:
    """Yield the lines that show `text[span[0]:span[1]]` with its marks."""
    inside = [mark for mark in (_trimmed(text, mark, span) for mark in marks) if mark]
    signs = sorted(_signs(inside, marking), key=_sign_order)
    styles = _styles(inside) if marking is Marking.COLOR else {}
    offset = span[0]
    for line in text[slice(*span)].split("\n"):
        end = offset + len(line)
        cells = [
            cell._replace(style=styles.get(cell.offset, ""))
            for cell in plain_cells(line.removesuffix("\r"), offset=offset)
        ]
        own = [sign.cell for sign in signs if offset <= sign.cell.offset <= end]
        for row in wrap(_merged(cells, own), width):
            yield "".join(painted(cell.text, cell.style) for cell in _runs(row)).rstrip(" ")
            if marking is Marking.UNDERLINE:
                yield from _underlines(row, inside)
        offset = end + 1


def _trimmed(text: str, mark: Mark, span: tuple[int, int]) -> Mark | None:
    """Cut `mark` to the span shown and take the blanks off its ends; None if nothing is left."""
    start, end = max(mark.start, span[0]), min(mark.end, span[1])
    words = text[start:end]
    start += len(words) - len(words.lstrip())
    end = start + len(words.strip())
    return mark._replace(start=start, end=end) if start < end else None


class _Sign(NamedTuple):
    """A cell of ours, to stand before the letter at its offset."""

    cell: Cell
    opens: bool
    mark: Mark


def _signs(marks: Iterable[Mark], marking: Marking) -> Iterator[_Sign]:
    """Yield brackets and numbers; none when marks are drawn under the words."""
    if marking is Marking.UNDERLINE:
        return
    for mark in marks:
        number = str(mark.number).translate(_SUPERSCRIPT)
        opening, closing = _BRACKETS[mark.style] if marking is Marking.BRACKET else ("", "")
        style = "note" if marking is Marking.COLOR else ""
        if opening:
            yield _Sign(Cell(opening, 1, mark.start), opens=True, mark=mark)
        closed = closing + number
        yield _Sign(Cell(closed, len(closed), mark.end, style), opens=False, mark=mark)


def _sign_order(sign: _Sign) -> tuple[int, bool, int]:
    """Close before opening at one place; what opened last closes first."""
    return sign.cell.offset, sign.opens, -sign.mark.end if sign.opens else -sign.mark.start


def _styles(marks: Iterable[Mark]) -> dict[int, str]:
    """Return offset -> style; where marks overlap, an offence hides a healthy sign."""
    weakest_first = sorted(marks, key=lambda mark: list(_BRACKETS).index(mark.style), reverse=True)
    return {i: mark.style for mark in weakest_first for i in range(mark.start, mark.end)}


def _merged(cells: Iterable[Cell], signs: Iterable[Cell]) -> Iterator[Cell]:
    """Put each sign before the first cell that does not come before it."""
    waiting = deque(signs)
    for cell in cells:
        while waiting and waiting[0].offset <= cell.offset:
            yield waiting.popleft()
        yield cell
    yield from waiting


def _runs(row: Iterable[Cell]) -> Iterator[Cell]:
    """Join neighbours of one style, so that a phrase is coloured once."""
    for style, run in itertools.groupby(row, key=lambda cell: cell.style):
        yield Cell("".join(cell.text for cell in run), 0, 0, style)


def _underlines(row: Sequence[Cell], marks: Iterable[Mark]) -> Iterator[str]:
    """Yield the lines to print under `row`: ^^^^ 1; overlapping marks go to lines of their own."""
    offsets = [cell.offset for cell in row]
    edges = [0, *itertools.accumulate(cell.width for cell in row)]
    layers: list[str] = []
    for mark in sorted(marks):
        first, last = (bisect.bisect_left(offsets, place) for place in (mark.start, mark.end))
        if first == last:
            continue
        sign = "~" if mark.style == "healthy" else "^"
        drawn = f"{sign * (edges[last] - edges[first])} {mark.number}"
        free = next((i for i, layer in enumerate(layers) if len(layer) < edges[first]), None)
        if free is None:
            layers.append(" " * edges[first] + drawn)
        else:
            layers[free] = layers[free].ljust(edges[first]) + drawn
    yield from layers
