"""Messages that are too much alike: templates, near-duplicates, leaks between the splits."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import combinations

from curation import Record

RUN = 6
MAX_RUN_MESSAGES = 8
"""A run of RUN words may stand in this many messages; more looks like a template."""
LEAK_RUN = 12
"""Words in a row that no training and test message may share; shorter ones are stock formulas."""
MAX_JACCARD = 0.5
"""Two messages of different groups may share this much of their words."""
SHARED_RUN = 3
"""Near-duplicates share a run of this many words, so only such pairs are compared."""
MAX_HOLDERS = 40
"""A run in more messages than this is a formula and makes no pair; it keeps pairs few."""


def words_of(record: Record) -> list[str]:
    """Return the words of a record, folded."""
    return re.findall(r"\w+", record["text"].casefold())


def _runs(words: list[str], n: int) -> set[str]:
    return {" ".join(words[i : i + n]) for i in range(len(words) - n + 1)}


def templates(records: list[Record]) -> Iterator[str]:
    """Yield runs of words that stand in too many messages."""
    where = Counter(run for record in records for run in _runs(words_of(record), RUN))
    for run, count in where.items():
        if count > MAX_RUN_MESSAGES:
            yield f"template? {run!r} stands in {count} messages"


def near_duplicates(records: list[Record]) -> Iterator[str]:
    """Yield pairs of other groups whose words have a Jaccard index above MAX_JACCARD."""
    words = [set(words_of(record)) for record in records]
    for a, b in sorted(_pairs(records)):
        if records[a]["group"] == records[b]["group"]:
            continue
        jaccard = len(words[a] & words[b]) / len(words[a] | words[b])
        if jaccard > MAX_JACCARD:
            yield f"{records[a]['id']} and {records[b]['id']}: Jaccard {jaccard:.2f}"


def _pairs(records: list[Record]) -> set[tuple[int, int]]:
    holders: dict[str, list[int]] = defaultdict(list)
    for i, record in enumerate(records):
        for run in _runs(words_of(record), SHARED_RUN):
            holders[run].append(i)
    return {
        pair
        for places in holders.values()
        if len(places) <= MAX_HOLDERS
        for pair in combinations(places, 2)
    }


def leaks(train: list[Record], test: list[Record]) -> Iterator[str]:
    """Yield test messages that share a long run of words with a training message."""
    known = {run for record in train for run in _runs(words_of(record), LEAK_RUN)}
    for record in test:
        if shared := _runs(words_of(record), LEAK_RUN) & known:
            yield f"{record['id']}: shares {min(shared)!r} with a training message"
