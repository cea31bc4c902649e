"""Characters on a terminal: what is safe to print, how wide it is, which way it reads."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

LRI, RLI, FSI, PDI = "\u2066", "\u2067", "\u2068", "\u2069"
"""Bidi isolates (UAX #9): left-to-right, right-to-left, by the first strong letter; and the end."""

_INVISIBLE = frozenset("\u00ad\u200b\u2060\ufeff")
"""Soft hyphen, zero-width space, word joiner, byte order mark: terminals disagree on them."""
_KEPT = frozenset("\u061c\u200c\u200d\u200e\u200f")
"""Joiners and direction marks: words and emoji need them, and they reorder no other text."""
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_ZERO_WIDTH = frozenset({"Mn", "Me", "Cf"})


@lru_cache(maxsize=4096)
def shown(char: str) -> str:
    r"""Return what may be printed for `char`: itself, or a visible stand-in, or nothing.

    No stand-in contains a control character, so a message cannot move the cursor, set a title,
    or turn the rest of the line around.

    >>> shown("\x1b"), shown("\u202e"), shown("\t"), shown("ש")
    ('␛', '\\u202e', ' ', 'ש')
    """
    if char in _KEPT or unicodedata.category(char) not in _UNPRINTABLE:
        return char
    if char in _INVISIBLE:
        return ""
    if char == "\t":
        return " "
    if char < " ":
        return chr(ord("\N{SYMBOL FOR NULL}") + ord(char))
    return "\N{SYMBOL FOR DELETE}" if char == "\x7f" else f"\\u{ord(char):04x}"


def visible(text: str) -> str:
    """Return `text` with every character as `shown` prints it; always one line."""
    return "".join(map(shown, text))


@lru_cache(maxsize=4096)
def columns(char: str) -> int:
    """Return the columns that one shown character takes: 0, 1 or 2."""
    if unicodedata.combining(char) or unicodedata.category(char) in _ZERO_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def display_width(text: str) -> int:
    """Return the columns that `text` takes, once made visible."""
    return sum(map(columns, text))


def has_rtl(text: str) -> bool:
    """Tell whether `text` holds a letter that reads from right to left."""
    return any(unicodedata.bidirectional(char) in ("R", "AL") for char in text)


def isolate(line: str, direction: str) -> str:
    """Wrap one line so that its direction cannot touch its neighbours, nor theirs it.

    Args:
        line: text without line ends, already visible.
        direction: LRI, RLI or FSI. A line without right-to-left letters that would read from
            left to right anyway, or that is empty, stays as it is: plain text for plain programs.
    """
    if not line or (direction != RLI and not has_rtl(line)):
        return line
    return f"{direction}{line}{PDI}"
