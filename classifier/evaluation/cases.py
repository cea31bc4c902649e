"""The messages of a suite: labelled ones with what a suite asks of them beside the labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classifier.corpus import Example, example_of, load_records, record_faults
from classifier.schema import LABELS, Label, Message

AXES = (
    "name", "gender", "nationality", "age", "religion", "disability", "gap", "spelling",
)  # fmt: skip
"""What a variant may change of its sender; `gap`: length of unemployment or time away."""

SWAPS = ("give_only", "ask_only")


@dataclass(frozen=True, slots=True)
class Variant:
    """A message in which somebody else says the same."""

    axis: str
    """One of AXES."""
    text: str


@dataclass(frozen=True, slots=True)
class Case:
    """One message of a suite."""

    example: Example
    labelled: bool = True
    """False: the record had no labels, and is taken for ordinary."""
    swap: str = ""
    """One of SWAPS, or empty."""
    variants: tuple[Variant, ...] = ()

    @property
    def message(self) -> Message:
        """The message."""
        return self.example.message

    @property
    def lang(self) -> str:
        """The language it is labelled with; `other` where none is given."""
        return self.message.lang or "other"

    def has(self, label: Label) -> bool:
        """Tell whether it is labelled `label`."""
        return bool(self.example.labels[LABELS.index(label)])


def load_cases(paths: Iterable[Path]) -> list[Case]:
    """Read JSON Lines files of labelled messages; one without any label is taken for ordinary.

    Raises:
        DataError: every fault of every file, each with file and line.
    """
    return [_case(record, place) for place, record in load_records(paths, _faults)]


def _with_labels(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record; one that names no label becomes a fine, ordinary one."""
    if any(label in record for label in LABELS):
        return dict(record)
    return {**record, **dict.fromkeys(LABELS, 0), "kind": "ordinary"}


def _faults(record: dict[str, Any]) -> Iterator[str]:
    yield from record_faults(_with_labels(record))
    if record.get("case") not in (None, *SWAPS):
        yield f"case {record['case']!r} is none of {', '.join(SWAPS)}"
    variants = record.get("variants", [])
    if not isinstance(variants, list):
        yield f"variants must be a list, not {variants!r}"
        return
    for number, variant in enumerate(variants):
        yield from (f"variant {number}: {fault}" for fault in _variant_faults(variant))


def _variant_faults(variant: object) -> Iterator[str]:
    if not isinstance(variant, dict):
        yield "is not an object with axis and text"
        return
    if variant.get("axis") not in AXES:
        yield f"axis {variant.get('axis')!r} is none of {', '.join(AXES)}"
    text = variant.get("text")
    if not isinstance(text, str) or not text.strip():
        yield "needs a non-empty string field 'text'"


def _case(record: dict[str, Any], place: str) -> Case:
    variants = (Variant(v["axis"], v["text"]) for v in record.get("variants", ()))
    return Case(
        example=example_of(_with_labels(record), place),
        labelled=any(label in record for label in LABELS),
        swap=record.get("case") or "",
        variants=tuple(variants),
    )
