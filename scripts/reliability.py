"""Reliability: of messages called 80 % likely, how many offend? As a table and as a drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from classifier.evaluation import Estimate, Rows, grouped_mean

BINS = 10
SIDE, EDGE = 240, 40
"""Pixels of a drawing's square and of the room around it."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Messages whose probability lies in one tenth of 0..1."""

    low: float
    high: float
    n: int
    stated: float
    """Mean probability; NaN without messages."""
    observed: Estimate
    """Share that offends."""


def bins_of(rows: Rows) -> list[Bin]:
    """Return BINS bins of equal width; a probability of 1 falls into the last."""
    numbers = np.minimum((rows.scores * BINS).astype(int), BINS - 1)
    found = []
    for number in range(BINS):
        mine = numbers == number
        stated = float(rows.scores[mine].mean()) if mine.any() else float("nan")
        observed = grouped_mean(rows.truth[mine], rows.groups[mine].tolist())
        bounds = number / BINS, (number + 1) / BINS
        found.append(Bin(*bounds, int(mine.sum()), stated, observed))
    return found


def table(label: str, bins: Sequence[Bin]) -> str:
    """Return the bins of one label as a Markdown table."""
    lines = [
        f"| {label}: probability | n | mean probability | share offending |",
        "|---|---|---|---|",
    ]
    for one in bins:
        stated = f"{one.stated:.3f}" if one.n else "-"
        lines.append(f"| {one.low:.1f} to {one.high:.1f} | {one.n} | {stated} | {one.observed} |")
    return "\n".join(lines)


def drawing(known: Mapping[str, Sequence[Bin]]) -> str:
    """Return an SVG with a square a label: stated probability to the right, observed share up."""
    width, height = len(known) * (SIDE + 2 * EDGE), SIDE + 2 * EDGE
    squares = [_square(label, bins, i * (SIDE + 2 * EDGE)) for i, (label, bins) in
               enumerate(known.items())]  # fmt: skip
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="11">\n'
        f'<rect width="{width}" height="{height}" fill="#fff"/>\n' + "".join(squares) + "</svg>\n"
    )


def _square(label: str, bins: Sequence[Bin], left: int) -> str:
    x0, y0 = left + EDGE, EDGE + SIDE
    parts = [
        f'<rect x="{x0}" y="{EDGE}" width="{SIDE}" height="{SIDE}" fill="none" stroke="#999"/>',
        f'<path d="M{x0} {y0}L{x0 + SIDE} {EDGE}" stroke="#999" stroke-dasharray="4"/>',
        f'<text x="{x0 + SIDE / 2}" y="{EDGE - 12}" text-anchor="middle">{label}</text>',
        f'<text x="{x0 + SIDE / 2}" y="{y0 + 32}" text-anchor="middle">stated probability</text>',
        f'<text transform="translate({x0 - 28} {EDGE + SIDE / 2}) rotate(-90)"'
        ' text-anchor="middle">share offending</text>',
    ]
    for tick in (0.0, 0.5, 1.0):
        parts.append(
            f'<text x="{x0 + tick * SIDE}" y="{y0 + 15}" text-anchor="middle">{tick}</text>'
        )
        parts.append(
            f'<text x="{x0 - 5}" y="{y0 - tick * SIDE + 4}" text-anchor="end">{tick}</text>'
        )
    for one in bins:
        if one.n:
            x = x0 + one.stated * SIDE
            low, at, high = (y0 - v * SIDE for v in (
                one.observed.low, one.observed.value, one.observed.high))  # fmt: skip
            parts.append(f'<path d="M{x:.1f} {low:.1f}V{high:.1f}" stroke="#36c"/>')
            parts.append(f'<circle cx="{x:.1f}" cy="{at:.1f}" r="3.5" fill="#36c"/>')
    return "".join(f"{part}\n" for part in parts)
