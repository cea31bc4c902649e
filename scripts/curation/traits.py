"""Counts of what messages bring along: twins, envelopes, asides, slots, forms of address."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

from classifier.schema import LABELS, LANGUAGES
from curation import Record, looks
from curation.tables import table

ASIDES = ("quoted", "forwarded", "signature", "disclaimer")


def twin_groups(records: Sequence[Record], label: str | None = None) -> set[str]:
    """Return the groups with members on both sides of a label, by default of either label."""
    values: dict[tuple[str, str], set[int]] = defaultdict(set)
    for record in records:
        for name in LABELS:
            values[record["group"], name].add(record[name])
    return {
        group
        for (group, name), found in values.items()
        if len(found) == 2 and label in (None, name)  # noqa: PLR2004
    }


def _mails(records: Sequence[Record]) -> list[Record]:
    return [record for record in records if record["channel"] == "mail"]


def _aside(kind: str) -> Callable[[Sequence[Record]], int]:
    return lambda records: sum(kind in looks.asides_of(record) for record in records)


def _twins(label: str) -> Callable[[Sequence[Record]], int]:
    return lambda records: len(twin_groups(records, label))


COUNTS: dict[str, Callable[[Sequence[Record]], int]] = {
    "groups of twins (either label)": lambda rs: len(twin_groups(rs)),
    **{f"groups of twins ({label})": _twins(label) for label in LABELS},
    "mails": lambda rs: len(_mails(rs)),
    "mails with a subject": lambda rs: sum(bool(r.get("subject")) for r in _mails(rs)),
    "mails with an envelope": lambda rs: sum("envelope" in r for r in _mails(rs)),
    **{f"messages with a {kind} part": _aside(kind) for kind in ASIDES},
    "messages with an unfilled slot": lambda rs: sum(map(looks.has_slot, rs)),
    "messages that switch languages": lambda rs: sum(map(looks.switches, rs)),
}


def traits_table(records: Sequence[Record]) -> str:
    """Return the counts for each language as a Markdown table."""
    by_lang = [[r for r in records if r["lang"] == lang] for lang in LANGUAGES]
    return table("", LANGUAGES, {name: [count(mine) for mine in by_lang]
                                 for name, count in COUNTS.items()})  # fmt: skip


def address_tables(records: Sequence[Record]) -> str:
    """Return how French readers are addressed and Hebrew senders speak of themselves."""
    asked = {"fr": (looks.address_of, looks.ADDRESS), "he": (looks.gender_of, looks.GENDERS)}
    parts = []
    for lang, (look, answers) in asked.items():
        counted = Counter(look(r["text"]) for r in records if r["lang"] == lang)
        parts.append(table(lang, answers, {"messages": [counted[a] for a in answers]}))
    return "\n".join(parts)
