"""What a worker is asked to do; importing this loads neither spaCy nor a model."""

from __future__ import annotations

from dataclasses import dataclass, field

from classifier.batch.findings import Finding
from classifier.config import Settings
from classifier.sources import Failure, Record

Item = Record | Failure
"""What is judged, or passed on."""


@dataclass(frozen=True)
class Task:
    """All that a worker needs to know."""

    settings: Settings = field(default_factory=Settings)
    lang: str | None = None
    """Language of every message; None lets blastcheck find out."""
    explain: bool = False
    """Also fill in `reasons` and `changes`, a third of the whole work."""
    keep_text: bool = False
    """Put text and subject into `Entry.extra`."""
    findings: tuple[Finding, ...] = ()
