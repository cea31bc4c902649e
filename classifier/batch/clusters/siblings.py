"""A letter that names the firm of one of its siblings: the copy went to the wrong address.

Only slots in which most copies name the firm of their own address can tell, so a former employer
or a recruiter's client is left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from classifier.batch.clusters.template import Template
from classifier.schema import Slip
from classifier.slips import slip_of
from classifier.slips.firms import is_firm, may_be_firm
from classifier.slips.kinds import Found

_FEWEST = 3
_MOSTLY = 0.6


@dataclass(frozen=True)
class FirmSlots:
    """The slots of a template that name the firm a copy goes to."""

    template: Template
    slots: frozenset[int]
    """From 0."""
    firms: frozenset[str]
    """What the domains of all copies name."""

    @classmethod
    def of(
        cls, template: Template, copies: Sequence[tuple[str, str]], firms: frozenset[str]
    ) -> FirmSlots | None:
        """Return them if there are any.

        Args:
            template: The template of the copies.
            copies: Some of the copies: their text, and the firm each goes to or nothing.
            firms: The firms that all copies go to.
        """
        said: dict[int, list[bool]] = {}
        for text, firm in copies:
            if firm:
                for value in template.values(text):
                    right = is_firm(text[value.start : value.end], firm)
                    said.setdefault(value.slot, []).append(right)
        slots = [s for s, right in said.items() if sum(right) >= max(_FEWEST, _MOSTLY * len(right))]
        return cls(template, frozenset(slots), firms) if slots and len(firms) > 1 else None

    def slip(self, note: dict[str, Any], lang: str) -> Slip | None:
        """Return the slip of one copy, by its note (`noted.note_of`)."""
        firm, text = note.get("firm", ""), note["text"]
        begin, length = note["at"]
        if not firm:
            return None
        for slot, start, end in self.template.values(text):
            said = text[start:end]
            if slot in self.slots and end <= length and self._another(said, firm):
                found = Found(begin + start, begin + end, known=firm, text=said)
                return slip_of("other_firm", found, text, lang)
        return None

    def _another(self, said: str, firm: str) -> bool:
        """Tell whether the firm of a sibling is named, and not the copy's own."""
        return not may_be_firm(said, firm) and any(is_firm(said, other) for other in self.firms)
