"""From what a person types to the words that are marked, and the tactic they carry."""

from __future__ import annotations

from classifier.corpus import TacticSpan
from classifier.schema import CODES, TACTICS, ConfigError

BETWEEN = ("...", "…")
"""Stands for all words between the first and the last ones."""


def tactic_named(typed: str) -> str:
    """Return the tactic of a code (`P1`) or of the beginning of a name, in any case.

    Raises:
        ConfigError: it names none, or more than one.
    """
    wanted = typed.strip().casefold().replace(" ", "_").replace("-", "_")
    if wanted.upper() in CODES:
        return CODES[wanted.upper()]
    found = [name for name in TACTICS if name.startswith(wanted)] if wanted else []
    if len(found) != 1:
        raise ConfigError(
            f"{typed!r} names {'no' if not found else 'more than one'} tactic; type one:"
            f" {', '.join([*CODES, *(n for n in TACTICS if TACTICS[n] is None)])}"
        )
    return found[0]


def span_of(text: str, typed: str, tactic: str) -> TacticSpan:
    """Return the span of the words typed: copied from the text, or `first words ... last words`.

    Raises:
        ConfigError: they do not stand in the text.
    """
    first, last = typed.strip(), ""
    for sign in BETWEEN:
        if sign in typed and typed not in text:
            first, _, last = (part.strip() for part in typed.partition(sign))
            break
    start = _find(text, first, 0)
    end = start + len(first)
    if last:
        end = _find(text, last, end) + len(last)
    return TacticSpan(start, end, tactic)


def _find(text: str, words: str, after: int) -> int:
    folded, wanted = _folded(text), _folded(words)
    at = folded.find(wanted, after) if wanted else -1
    if at < 0:
        raise ConfigError(f"{words!r} does not stand in the message; copy the words from it")
    return at


def _folded(text: str) -> str:
    """Return text of the same length, in small letters where those take one place too."""
    return "".join(small if len(small := char.lower()) == 1 else char for char in text)
