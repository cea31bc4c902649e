"""What is remembered of each message: made where it is judged, kept in the journal, read again."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np

from classifier.batch.clusters.letters import letter_of
from classifier.quoting import stretches_beside
from classifier.schema import Message, Recipient, Report
from classifier.slips.firms import firm_of
from classifier.slips.rules import pattern, rules
from classifier.sources.record import hash64

SEARCH_SIGNS = frozenset({"specific_target", "cv_on_request"})
"""Healthy signs that a job search shows."""
_PERHAPS = 0.05
"""Probability of a blast from which a message is not quite unlike one."""

_MOST_CHARS = 8_000
"""Characters of a letter that templates are made from."""


def note_of(message: Message, report: Report) -> dict[str, Any] | None:
    """Return what clusters need to know of a message, as JSON; None when it can be in none.

    `words`: the numbers of `letters.Letter`, base64 of uint32. `text`: its own words. `at`: where
    these begin in the message, and how many characters follow each other there. `first`: where its
    first line stands. `seeks`: it looks for a job. `people`, `cvs`: 64 bits for each recipient and
    attached CV. `firm`: what the domain of the only recipient names.
    """
    own = stretches_beside(message.text, report.asides)
    telling = [found.start for found in report.evidence if found.label]
    letter = letter_of(message.text, own, telling)
    if letter is None:
        return None
    numbers = np.array(letter.numbers, np.uint32).tobytes()
    text = "\n\n".join(message.text[start:end] for start, end in own)
    note: dict[str, Any] = {
        "words": b64encode(numbers).decode(),
        "text": text[:_MOST_CHARS],
        "at": [own[0][0], own[0][1] - own[0][0]],
        "first": list(letter.span),
        "seeks": seeks(message, report),
        "people": _people(message.recipients),
        "cvs": [hash64(name.encode()) for name in message.cvs or ()],
        "firm": firm_of(message.recipients[0].address) if len(message.recipients) == 1 else "",
    }
    return {key: value for key, value in note.items() if value}


def numbers_of(note: dict[str, Any]) -> np.ndarray:
    """Return the words of a note, uint32."""
    return np.frombuffer(b64decode(note["words"]), np.uint32)


def seeks(message: Message, report: Report) -> bool:
    """Tell whether a message looks for a job for its sender, as far as it shows.

    A newsletter, an invitation or an answer to applicants may have one of the signs, not two.
    """
    if "cv_blast" in (*report.flags, *report.unsure):
        return True
    attached = message.envelope is not None and message.envelope.cv_attached
    signs = any(found.tactic in SEARCH_SIGNS for found in report.evidence)
    probable = report.scores.get("cv_blast", 0) >= _PERHAPS
    return (attached or signs or probable) and bool(_search().search(message.text))


@cache
def _search() -> re.Pattern[str]:
    return pattern(rules().phrases)


def _people(recipients: Iterable[Recipient]) -> list[int]:
    return [
        hash64((person.address or person.name.casefold()).encode("utf-8", "surrogatepass"))
        for person in recipients
    ]
