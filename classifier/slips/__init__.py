"""Slips of mail-merge and haste: a blank left open, another person's name, a CV that is not there.

They are told beside the verdict and never change it. Precision goes first: whatever may be right
(another script, a nickname, a role's address) is left alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from classifier.schema import LANGUAGES, Message, Slip
from classifier.slips.greeting import greeting_in
from classifier.slips.kinds import FINDERS, Found, Letter
from classifier.slips.rules import KINDS, advice

__all__ = ["KINDS", "slip_of", "slips_in"]

MOST = 20
"""Slips told of one message."""


def slips_in(message: Message, own: Sequence[tuple[int, int]], lang: str) -> tuple[Slip, ...]:
    """Return the slips that one message shows, in the order of KINDS.

    Args:
        message: What to look at.
        own: The stretches that are the sender's own words, sorted, disjoint.
        lang: Language of the advice; anything that is none of ours gets English.
    """
    letter = Letter(message, own, greeting_in(message.text, own))
    found = [(kind, one) for kind in KINDS for one in FINDERS[kind](letter)]
    return tuple(slip_of(kind, one, message.text, lang) for kind, one in found[:MOST])


def slip_of(kind: str, found: Found, text: str, lang: str) -> Slip:
    """Return a slip in words."""
    words = found.text or text[found.start : found.end]
    said = advice(kind, lang if lang in LANGUAGES else "en", found=words, known=found.known)
    return Slip(kind, found.start, found.end, words, said)
