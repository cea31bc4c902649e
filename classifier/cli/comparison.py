"""How a comparison of two models is told: the table, where the new one lost, what flipped."""
# ruff: noqa: PLC0415 - imports inside functions keep --help fast

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from classifier.cli.shell import say

if TYPE_CHECKING:
    from classifier.evaluation.comparison import Comparison, Flip

SHOWN_FLIPS = 20
"""More of either kind are counted, not shown; --format json has all of them."""

TEXT_CHARS = 400


def say_comparison(comparison: Comparison, old: str, new: str) -> None:
    """Print what changes if `new` takes the place of `old`, for people."""
    from classifier.evaluation.comparison import comparison_table

    say(f"{old} → {new}\n")
    say(comparison_table(comparison))
    alarms = comparison.false_alarms
    say(f"\nOrdinary messages flagged: {alarms.old} → {alarms.new} of {alarms.n}.")
    for heading, right in (("Became wrong", False), ("Became right", True)):
        _say_flips(heading, [flip for flip in comparison.flips if flip.right == right])
    if losses := list(comparison.losses()):
        say("\nWhere it is worse:")
        for loss in losses:
            say(f"  {loss}")


def _say_flips(heading: str, flips: Sequence[Flip]) -> None:
    if not flips:
        return
    say(f"\n{heading} ({len(flips)}):")
    for flip in flips[:SHOWN_FLIPS]:
        message = flip.case.message
        now = "flagged" if flip.flagged else "no longer flagged"
        say(f"  {message.id} ({flip.case.lang}): {now} as {flip.label},"
            f" {flip.old:.0%} → {flip.new:.0%}")  # fmt: skip
        say(f"    {_excerpt(message.text)}")
    if len(flips) > SHOWN_FLIPS:
        say(f"  and {len(flips) - SHOWN_FLIPS} more; --format json has all of them")


def _excerpt(text: str) -> str:
    """Return the head of a text in one line that cannot drive or turn the terminal."""
    from classifier.render.characters import FSI, isolate, visible

    line = " ".join(text.split())
    cut = line if len(line) <= TEXT_CHARS else f"{line[:TEXT_CHARS]} [...]"
    return isolate(visible(cut), FSI)


def comparison_json(comparison: Comparison, old: str, new: str) -> str:
    """Return one line of JSON with everything, the texts of all flips among it."""
    whole = {"schema": 1, "old": old, "new": new, **comparison.to_dict()}
    return json.dumps(whole, ensure_ascii=False)
