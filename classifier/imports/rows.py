"""What comes out of an export before its labels are understood: rows and faults, with places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from classifier.schema import BlastcheckError


class ShapeError(BlastcheckError):
    """A row is not what its format promises; the text says what is missing and the way out."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Words that an annotator marked, as the tool wrote them down."""

    start: int
    end: int
    name: str
    """What the annotator called them."""
    quote: str | None = None
    """The words themselves, where the tool repeats them."""


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled message as its file has it."""

    place: str
    """`mine.csv, row 3 at line 4`."""
    text: str
    said: tuple[tuple[str, bool], ...] = ()
    """Name of a label, and whether the annotator said yes to it."""
    marks: tuple[Mark, ...] = ()
    closed: bool = True
    """Labels that are not named were said no to, once any is named; else they are unknown."""
    fields: Mapping[str, Any] = field(default_factory=dict)
    """What else a record may have: id, lang, subject, group, kind, envelope ..."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that cannot be used, and why."""

    place: str
    why: str


Found = Row | Fault
Rows = Iterator[Found]


@dataclass(frozen=True)
class ImportOptions:
    """How to read labelled files; the defaults go by content."""

    format: str | None = None
    """A key of `imports.FORMATS` for every file."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Field (`text`, `label`, `lang` ...) -> the column that holds it."""
    names: Mapping[str, str] = field(default_factory=dict)
    """What the annotators call something -> a label, a tactic, `both`, `fine` or `skip`."""
    unlabelled_is_fine: bool = False
    """Whether a message that nothing was said of counts as fine; else it is left out."""
