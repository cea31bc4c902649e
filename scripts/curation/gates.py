"""What must hold of the corpus; each fault is one line that names its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from classifier.corpus import record_faults
from curation import Record, coverage, labelling, likeness, probes
from curation.kinds import kind_faults

KNOWN_SHORTFALLS = (
    "artefact: length and punctuation tells give_to_get in en",
    "artefact: length and punctuation tells give_to_get in fr",
)
"""How shortfalls begin that the data still have: levers are written with fewer marks than the
rest (data/README.md has the figures). They are printed on every check; one that is mended must
be deleted here."""


def faults(train: list[Record], test: list[Record]) -> Iterator[str]:
    """Yield what is wrong with single records, and with records beside each other."""
    both = [*train, *test]
    for record in both:
        for fault in (*record_faults(record), *labelling.faults(record), *kind_faults(record)):
            yield f"{record.get('id')}: {fault}"
    for key, count in Counter(record["id"] for record in both).items():
        if count > 1:
            yield f"id {key} stands {count} times"
    shared = {r["group"] for r in train} & {r["group"] for r in test}
    for group in sorted(shared):
        yield f"group {group} stands in both splits"
    yield from likeness.templates(both)
    yield from likeness.near_duplicates(both)
    yield from likeness.leaks(train, test)


def shortfalls(train: list[Record]) -> Iterator[str]:
    """Yield where the training split as a whole falls short: coverage and artefacts."""
    yield from coverage.gaps(train)
    yield from probes.faults(train)


def unexpected(found: Sequence[str]) -> list[str]:
    """Return the shortfalls that nobody knew of, and the known ones that are mended."""
    mended = [k for k in KNOWN_SHORTFALLS if not any(fault.startswith(k) for fault in found)]
    new = [fault for fault in found if not fault.startswith(KNOWN_SHORTFALLS)]
    return [*new, *(f"mended, take it off KNOWN_SHORTFALLS: {known}" for known in mended)]
