"""Whether two letters are copies of one: how much of their words stands in both in the same order.

MinHash only proposes pairs. Shingles cannot decide: three swapped names take a word-trigram
Jaccard to 0.54, and one shared footer brings unrelated notes to 0.63.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rapidfuzz.distance import LCSseq

ALIKE = 0.62
"""Share of common words from which letters are copies."""
ALIKE_WHEN_SHORT = 0.75
SHORT = 25
"""Words under which a letter is short: few words agree by chance more easily."""
REST_ALIKE = 0.4
"""What must be common beside the paragraphs that both share to the letter."""
LITTLE = 6
"""Under so many words beside them, there is no letter that the shared paragraphs could be below."""
MAX_WORDS = 3_000
"""Words of a letter that are compared."""


class Paragraph(NamedTuple):
    """A paragraph of a letter."""

    words: tuple[int, ...]
    telling: bool
    """Something in it speaks for a label, so that it is no mere footer."""


def alike(first: Sequence[Paragraph], second: Sequence[Paragraph], *, slack: float = 0) -> bool:
    """Tell whether two letters are copies of one.

    Paragraphs at either end that are equal in both and tell nothing may be a footer: then what is
    left must be alike too.

    Args:
        first: The paragraphs of one letter.
        second: Those of the other.
        slack: What is taken off the share that is asked for.
    """
    whole = words_of(first), words_of(second)
    needed = ALIKE if max(map(len, whole)) >= SHORT else ALIKE_WHEN_SHORT
    if common(*whole) < needed - slack:
        return False
    rest = tuple(words_of(part) for part in _without_frame(first, second))
    return rest == whole or max(map(len, rest)) < LITTLE or common(*rest) >= REST_ALIKE


def words_of(paragraphs: Sequence[Paragraph]) -> list[int]:
    """Return the words of all paragraphs, at most MAX_WORDS."""
    return [word for paragraph in paragraphs for word in paragraph.words][:MAX_WORDS]


def common(first: Sequence[int], second: Sequence[int]) -> float:
    """Return the share of the words that both have in the same order, in 0..1.

    >>> common([5, 6, 7, 8], [5, 7, 8, 9])
    0.75
    """
    both = len(first) + len(second)
    return 2 * float(LCSseq.similarity(first, second)) / both if both else 1.0


def _without_frame(
    first: Sequence[Paragraph], second: Sequence[Paragraph]
) -> tuple[Sequence[Paragraph], Sequence[Paragraph]]:
    """Leave out the paragraphs at the end, then at the beginning, that both share."""
    for _ in ("end", "beginning"):
        first, second = first[::-1], second[::-1]
        shared = 0
        for one, other in zip(first, second, strict=False):
            if one.words != other.words or one.telling or other.telling:
                break
            shared += 1
        first, second = first[shared:], second[shared:]
    return first, second
