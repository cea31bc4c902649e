"""Mail-merge: a letter with slots, filled with the row of a table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from classifier.readers import read_messages
from classifier.schema import Aside, Message

_SLOT = re.compile(
    r"\{\{\s*([^{}\n]{1,60}?)\s*\}\}|<<\s*([^<>\n]{1,60}?)\s*>>|«\s*([^«»\n]{1,60}?)\s*»"
    r"|\$\{\s*([^{}\n]{1,60}?)\s*\}|%([^\W\d]\w{0,59})%|\[([^\[\]\n]{1,60})\]|\{([^{}\n]{1,60})\}"
)
"""`{{Name}}`, `<<Name>>`, `«Name»` (Word), `${Name}`, `%Name%`, `[Name]` and `{Name}`."""


@dataclass(frozen=True)
class Letter:
    """A message whose text and subject have slots named like the columns of a table."""

    message: Message

    @classmethod
    def read(cls, path: Path) -> Letter:
        """Read the letter in a file of a single-message format.

        Raises:
            InputError: it cannot be read.
        """
        return cls(next(read_messages(path)))

    def filled(self, row: Mapping[str, Any]) -> Message:
        """Return the letter for one row. A slot that no column fills stays as it is."""
        values = {name.strip().casefold(): value for name, value in row.items()}
        edges = sorted({edge for aside in self.message.asides for edge in (aside.start, aside.end)})
        pieces, moved, length = [], {}, 0
        for start, stop in pairwise([0, *edges, len(self.message.text)]):
            moved[start] = length
            pieces.append(_fill(self.message.text[start:stop], values))
            length += len(pieces[-1])
            moved[stop] = length
        asides = tuple(
            Aside(aside.kind, moved[aside.start], moved[aside.end]) for aside in self.message.asides
        )
        subject = _fill(self.message.subject, values)
        return replace(self.message, text="".join(pieces), subject=subject, asides=asides)


def _fill(text: str, values: Mapping[str, Any]) -> str:
    """Fill the slots of a text.

    >>> _fill("Dear {{ First name }}, [Firm] {x}", {"first name": "Noa", "firm": "Acme"})
    'Dear Noa, Acme {x}'
    """

    def filled(slot: re.Match[str]) -> str:
        value = values.get(next(name for name in slot.groups() if name is not None).casefold())
        return slot[0] if value is None else str(value)

    return _SLOT.sub(filled, text)
