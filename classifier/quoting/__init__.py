"""Which stretches of a text are the sender's own words, and which are not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from classifier.quoting.footers import mark_footers
from classifier.quoting.history import mark_history
from classifier.quoting.lines import BLANK, Marks, asides_of, folded, key_of, lines_of
from classifier.quoting.rules import Rules, rules
from classifier.schema import Aside, Message

__all__ = ["Rules", "asides_in", "folded", "key_of", "own_spans", "rules", "stretches_beside"]


def asides_in(text: str, *, known: Sequence[Aside] = (), mail: bool = False) -> tuple[Aside, ...]:
    """Return quotations, forwarded messages, signatures and disclaimers in `text`.

    Args:
        text: The text of a message, in any language.
        known: Asides a reader has already found (sorted, disjoint), which help to tell where a
            quotation ends: an attribution before an HTML blockquote covers that much only.
        mail: The text is the body of a mail: a header block on top is then a forward, where in a
            pasted text it is the message's own.

    Returns:
        Sorted, disjoint stretches of whole lines; `known` is among them.
    """
    lines = lines_of(text, known)
    marks: Marks = [line.known for line in lines]
    mark_history(lines, marks, mail=mail)
    mark_footers(text, lines, marks)
    return _merged([*known, *asides_of(text, lines, marks)], text)


def own_spans(message: Message) -> tuple[tuple[tuple[int, int], ...], tuple[Aside, ...]]:
    """Return the sender's own words and everything that is not.

    Returns:
        The own stretches (start, end) in code points, sorted, not empty, no white space or
        direction marks around them; and all asides, sorted and disjoint.
    """
    text = message.text
    known = _merged(message.asides, text)
    asides = asides_in(text, known=known, mail=message.envelope is not None)
    return stretches_beside(text, asides), asides


def stretches_beside(text: str, asides: Iterable[Aside]) -> tuple[tuple[int, int], ...]:
    """Return what is left of a text beside its asides (sorted, disjoint), as `own_spans` does."""
    edges = [0, *(edge for a in asides for edge in (a.start, a.end)), len(text)]
    gaps = zip(edges[::2], edges[1::2], strict=True)
    own = (_trimmed(text, start, end) for start, end in gaps)
    return tuple(span for span in own if span[0] < span[1])


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    stretch = text[start:end]
    return start + len(stretch) - len(stretch.lstrip(BLANK)), start + len(stretch.rstrip(BLANK))


def _merged(asides: Iterable[Aside], text: str) -> tuple[Aside, ...]:
    """Sort, clip to the text, and join what overlaps under the kind that begins first."""
    merged: list[Aside] = []
    for aside in sorted(asides, key=lambda a: (a.start, -a.end)):
        start, end = max(aside.start, 0), min(aside.end, len(text))
        if start >= end:
            continue
        if merged and start < merged[-1].end:
            last = merged.pop()
            merged.append(Aside(last.kind, last.start, max(end, last.end)))
        else:
            merged.append(Aside(aside.kind, start, end))
    return tuple(merged)
