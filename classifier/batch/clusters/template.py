"""The template behind copies of a letter: what all say, and slots for what changes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from rapidfuzz.distance import LCSseq

EXAMPLES = 5
"""Values shown of a slot."""

_TOKEN = re.compile(r"\w+(?:['\u2019\"\u05f4\u05f3.@/-]\w+)*|[^\w\s]")
_MOST_TOKENS = 3_000
_FIXED = 0.7
"""Share of the copies in which a word of the template must stand."""
_FILLED = 0.3
"""Share of the copies that must say something between two words for a slot to be there."""
_LONGEST_EXAMPLE = 80
_COMPARED = 8


class _Token(NamedTuple):
    word: str
    start: int
    end: int


class Value(NamedTuple):
    """What one copy says in a slot."""

    slot: int
    """From 0."""
    start: int
    """Offset into the copy's text."""
    end: int


@dataclass(frozen=True)
class Template:
    """What the copies of a letter have in common."""

    text: str
    """One copy, with {1}, {2} ... for the slots."""
    fixed: tuple[str, ...]
    """Its words and marks that stay, in order, in small letters."""
    gaps: tuple[int, ...]
    """For each slot how many of `fixed` stand before it."""

    @classmethod
    def of(cls, copies: Sequence[str]) -> Template:
        """Return the template of at least two texts."""
        tokens = [_tokens(text) for text in copies]
        model = _middle([[token.word for token in one] for one in tokens])
        words = [token.word for token in tokens[model]]
        others = [one for number, one in enumerate(tokens) if number != model]
        matched, filled = [0] * len(words), [0] * (len(words) + 1)
        for other in others:
            pairs = list(_pairs(words, [token.word for token in other]))
            for index, _ in pairs:
                matched[index] += 1
            for (a, b), (c, d) in pairwise([(-1, -1), *pairs, (len(words), len(other))]):
                filled[c] += c - a == 1 and d - b > 1
        stays = [count >= _FIXED * len(others) for count in matched]
        slotted = [count >= _FILLED * len(others) for count in filled]
        return cls._built(copies[model], tokens[model], stays, slotted)

    @classmethod
    def _built(
        cls, text: str, tokens: list[_Token], stays: list[bool], slotted: list[bool]
    ) -> Template:
        """Put the slots together from which words stay and where something is put in."""
        fixed: list[str] = []
        gaps: list[int] = []
        pieces: list[str] = []
        at, open_slot = 0, False
        for index, token in enumerate([*tokens, None]):
            changes = token is not None and not stays[index]
            if (changes or slotted[index]) and not open_slot:
                gaps.append(len(fixed))
                before = token.start if token else len(text)
                pieces += [text[at:before], f"{{{len(gaps)}}}", "" if changes or not token else " "]
                at, open_slot = before, True
            if token is None:
                break
            if changes:
                at = token.end
            else:
                fixed.append(token.word)
                open_slot = False
        return cls("".join([*pieces, text[at:]]), tuple(fixed), tuple(gaps))

    def values(self, text: str) -> Iterator[Value]:
        """Yield what a copy says in the slots, where the words around a slot are the template's."""
        tokens = _tokens(text)
        where = dict(_pairs(self.fixed, [token.word for token in tokens]))
        where |= {-1: -1, len(self.fixed): len(tokens)}
        for slot, gap in enumerate(self.gaps):
            first, last = where.get(gap - 1), where.get(gap)
            if first is not None and last is not None and last - first > 1:
                yield Value(slot, tokens[first + 1].start, tokens[last - 1].end)

    def personal_share(self, text: str) -> float:
        """Return the share of a copy's words that are not the template's, in 0..1."""
        words = [token.word for token in _tokens(text) if token.word[0].isalnum()]
        fixed = [word for word in self.fixed if word[0].isalnum()]
        common = LCSseq.similarity(fixed, words)
        return 1 - common / len(words) if words else 0.0

    def examples(self, copies: Sequence[str]) -> list[list[str]]:
        """Return for each slot different values of it, at most EXAMPLES."""
        found: list[dict[str, None]] = [{} for _ in self.gaps]
        for text in copies:
            for slot, start, end in self.values(text):
                found[slot].setdefault(" ".join(text[start:end].split())[:_LONGEST_EXAMPLE])
        return [list(values)[:EXAMPLES] for values in found]


def _tokens(text: str) -> list[_Token]:
    found = _TOKEN.finditer(text)
    return [_Token(one[0].casefold(), *one.span()) for one, _ in zip(found, range(_MOST_TOKENS))]  # noqa: B905 - the shorter one ends it


def _pairs(first: Sequence[str], second: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the places of the words that both have in the same order."""
    for code in LCSseq.opcodes(first, second):
        if code.tag == "equal":
            length = code.src_end - code.src_start
            yield from ((code.src_start + i, code.dest_start + i) for i in range(length))


def _middle(copies: Sequence[Sequence[str]]) -> int:
    """Return the index of the copy that is most like the first others."""
    some = copies[:_COMPARED]
    shares = [sum(LCSseq.normalized_similarity(one, other) for other in some) for one in some]
    return shares.index(max(shares))
