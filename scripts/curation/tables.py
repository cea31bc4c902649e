"""Counts as Markdown tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence


def table(head: str, columns: Sequence[str], rows: Mapping[str, Sequence[object]]) -> str:
    """Return a Markdown table: a name and its cells a row."""
    lines = [f"| {head} | {' | '.join(columns)} |", "|---|" + "---:|" * len(columns)]
    lines += [f"| {name} | {' | '.join(map(str, cells))} |" for name, cells in rows.items()]
    return "\n".join(lines) + "\n"


def cross(
    head: str, pairs: Iterable[tuple[str, str]], names: Iterable[str], columns: Sequence[str]
) -> str:
    """Return the table of how often each pair (row, column) occurs."""
    counted = Counter(pairs)
    rows = {name: [counted[name, column] for column in columns] for name in names}
    return table(head, columns, rows)
