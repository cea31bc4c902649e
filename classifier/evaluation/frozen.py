"""The frozen messages that every model must hold its own on, wherever blastcheck is installed."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from classifier.evaluation.cases import Case, load_cases
from classifier.schema import DataError

PATTERNS = ("messages/test-*.jsonl", "suites/ordinary-*.jsonl")
"""Held-out messages, which must be there; ordinary mail of the suites, where there is some."""


def frozen_files() -> list[Path]:
    """Return the frozen files of this installation, or of the checkout it runs from.

    Raises:
        DataError: they are missing; the text lists the places.
    """
    package = Path(str(resources.files("classifier")))
    places = (package / "frozen", package.parent / "data")
    for place in places:
        held_out, ordinary = (sorted(place.glob(pattern)) for pattern in PATTERNS)
        if held_out:
            return [*held_out, *ordinary]
    raise DataError(
        f"no {PATTERNS[0]} in {' or '.join(map(str, places))}; install blastcheck again, or name"
        " labelled messages as DATA"
    )


def frozen_cases() -> list[Case]:
    """Return the messages of `frozen_files`."""
    return load_cases(frozen_files())
