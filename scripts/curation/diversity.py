"""Lexical diversity: how soon words repeat, in each kind of message beside ordinary ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from classifier.schema import LABELS, LANGUAGES
from curation import Record
from curation.likeness import words_of
from curation.tables import table

WINDOW = 500
"""Tokens in a row of which the share of different ones is taken."""


def moving_average_ttr(words: Sequence[str], window: int = WINDOW) -> float:
    """Return the mean type-token ratio of all windows (MATTR; Covington and McFall 2010).

    NaN when there are fewer words than a window has.

    >>> moving_average_ttr(["a", "b", "a", "a"], window=2)
    0.8333333333333334
    """
    if len(words) < window:
        return float("nan")
    inside = Counter(words[:window])
    types = total = len(inside)
    for gone, come in zip(words, words[window:], strict=False):
        inside[gone] -= 1
        types -= inside[gone] == 0
        types += inside[come] == 0
        inside[come] += 1
        total += types
    return total / window / (len(words) - window + 1)


def class_of(record: Record) -> str:
    """Return the labels a message carries, or its kind when it carries none."""
    return " + ".join(label for label in LABELS if record[label]) or record["kind"]


CLASSES = (*LABELS, " + ".join(LABELS), "hard_negative", "ordinary")


def diversity_table(records: Sequence[Record]) -> str:
    """Return the ratio for each class and language as a Markdown table."""
    words: dict[tuple[str, str], list[str]] = {}
    for record in records:
        words.setdefault((class_of(record), record["lang"]), []).extend(words_of(record))
    rows = {name: [_cell(words.get((name, lang), [])) for lang in LANGUAGES] for name in CLASSES}
    return table("", LANGUAGES, rows)


def _cell(words: Sequence[str]) -> str:
    return f"{moving_average_ttr(words):.3f}" if len(words) >= WINDOW else "-"
