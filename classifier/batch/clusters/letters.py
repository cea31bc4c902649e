"""What of a message is compared: its own words without greeting, closing and what follows it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from classifier.batch.clusters.likeness import Paragraph
from classifier.batch.clusters.masking import kept_words
from classifier.quoting import key_of, rules
from classifier.slips.greeting import greeting_in

FEWEST_WORDS = 8
"""Fewer words than this are nobody's letter: `Thanks, see you on Monday`."""

_PLAIN, _TELLING = 0, 1
"""The number that begins a paragraph."""
_LINE = re.compile(r"[^\n\r]*[^\s][^\n\r]*")
_SENTENCE_END = re.compile(r"[.!?](?=\s)")
_AFTER_CLOSING = 12
_CLOSING_CHARS = 60


class Letter(NamedTuple):
    """The part of a message that could be the same for everybody."""

    numbers: list[int]
    """Its paragraphs: `_PLAIN` or `_TELLING`, then the words (`masking.kept_words`)."""
    span: tuple[int, int]
    """Where its first sentence stands in the message's text."""


def letter_of(text: str, own: Sequence[tuple[int, int]], telling: Iterable[int]) -> Letter | None:
    """Return the letter in a message; None when it has too few words.

    Args:
        text: The message's text.
        own: The stretches that are the sender's own words, sorted.
        telling: Offsets of words that speak for a label.
    """
    marks = sorted(telling)
    numbers: list[int] = []
    first: tuple[int, int] | None = None
    words = 0
    for start, end in _paragraphs(text, own):
        kept = kept_words(text[start:end])
        if not kept:
            continue
        first = first or (start, _end_of_sentence(text, start, end))
        told = any(start <= mark < end for mark in marks)
        numbers += [_TELLING if told else _PLAIN, *kept]
        words += len(kept)
    return Letter(numbers, first) if first and words >= FEWEST_WORDS else None


def _end_of_sentence(text: str, start: int, end: int) -> int:
    found = _SENTENCE_END.search(text, start, end)
    return found.end() if found else end


def paragraphs_of(numbers: np.ndarray) -> list[Paragraph]:
    """Return the paragraphs of `Letter.numbers`."""
    flat = numbers.tolist()
    edges = [*np.flatnonzero(numbers <= _TELLING).tolist(), len(flat)]
    return [
        Paragraph(tuple(flat[start + 1 : end]), flat[start] == _TELLING)
        for start, end in pairwise(edges)
    ]


def _paragraphs(text: str, own: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the lines between greeting and closing: where they end, a footer may begin."""
    lines = [line for stretch in own for line in _lines(text, *stretch)]
    greeting = greeting_in(text, own)
    if greeting and lines:
        lines[0] = (max(lines[0][0], greeting.end), max(lines[0][1], greeting.end))
    lines = lines[: _closing(text, lines)]
    return [(start, end) for start, end in lines if start < end]


def _lines(text: str, start: int, end: int) -> list[tuple[int, int]]:
    return [found.span() for found in _LINE.finditer(text, start, end)]


def _closing(text: str, lines: Sequence[tuple[int, int]]) -> int:
    """Return the index of the line that closes the letter, else the number of lines."""
    for index in range(max(1, len(lines) - _AFTER_CLOSING), len(lines)):
        start, end = lines[index]
        key = key_of(text[start:end]).strip(" ,.!;-") if end - start <= _CLOSING_CHARS else ""
        if key.partition(",")[0] in rules().sign_offs:
            return index
    return len(lines)
