"""The greeting of a message: where it ends, and whom it names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from classifier.slips.rules import pattern, plain, rules

_WORD = r"[^\W\d_]+(?:[.'\u2019\u05f3\"\u05f4-][^\W\d_]+)*[.'\u05f3]?"
_WORDS = re.compile(_WORD)
_LINE = re.compile(r"[^\n\r]{1,200}")
_STOP = re.compile(r"[,!:;\uff0c…]|\.(?=\s|$)|\s[-\u2013\u2014]\s|[-\u2013\u2014]\s?$")
_LONGEST = 60
"""Characters of a greeting after its opener; more is a sentence."""
_MOST_WORDS = 4
_HEBREW = re.compile("[\u05d0-\u05ea]")


@dataclass(frozen=True, slots=True)
class Greeting:
    """The first words of a message, if they greet."""

    start: int
    """Offset in code points into the message's text."""
    end: int
    """After the comma, if there is one."""
    words: tuple[str, ...]
    """What follows the opener, or stands before it in Hebrew, as written."""
    span: tuple[int, int]
    """Where these words stand; empty when there are none."""

    @property
    def names(self) -> tuple[str, ...]:
        """Return the words that are no titles, when all can be a person's name; else nothing."""
        known = rules()
        bare = [w for w in self.words if plain(w) not in _titles()]
        if any(plain(w).rstrip(".") in known.nobody for w in bare):
            return ()
        named = all(w[0].isupper() or _HEBREW.match(w) for w in bare)
        return tuple(w.rstrip(".") for w in bare) if named else ()

    @property
    def gender(self) -> str:
        """Return `f` or `m` if a title says so, else nothing."""
        said = {plain(word) for word in self.words}
        feminine, masculine = said & rules().feminine, said & rules().masculine
        return "" if bool(feminine) == bool(masculine) else "f" if feminine else "m"


def greeting_in(text: str, own: Sequence[tuple[int, int]]) -> Greeting | None:
    """Return the greeting at the beginning of a message's own words, or None.

    Args:
        text: The message's text.
        own: The stretches that are the sender's own words, sorted.
    """
    line = next((_LINE.search(text, start, end) for start, end in own), None)
    if line is None:
        return None
    start = line.start() + len(line[0]) - len(line[0].lstrip())
    if opener := _opener().match(text, start, line.end()):
        return _after_opener(text, start, opener.end(), line.end())
    return _bare_name(text, start, line.end())


def _after_opener(text: str, start: int, after: int, end: int) -> Greeting:
    stop = _first_stop(text, after, end)
    limit = stop.start() if stop else end
    words = list(_WORDS.finditer(text, after, limit))
    if stop and len(words) <= _MOST_WORDS and limit - after <= _LONGEST:
        return _greeting(words, start, stop.end())
    if not stop and len(words) <= _MOST_WORDS:
        return _greeting(words, start, end)
    leading = words[: _capitalised(words)]
    return _greeting(leading, start, leading[-1].end() if leading else after)


def _first_stop(text: str, start: int, end: int) -> re.Match[str] | None:
    """Return the first mark that ends a greeting; the point of a title does not."""
    for stop in _STOP.finditer(text, start, end):
        before = re.search(r"[^\s,]+$", text[start : stop.end()].rstrip("-\u2013\u2014 "))
        if stop[0] != "." or not before or plain(before[0]) not in _titles():
            return stop
    return None


def _capitalised(words: Sequence[re.Match[str]]) -> int:
    count = 0
    while count < min(len(words), _MOST_WORDS - 1) and words[count][0][0].isupper():
        count += 1
    return count


def _bare_name(text: str, start: int, end: int) -> Greeting | None:
    """`Claire,` alone on a line, `Monsieur Durand,`, or `<name> <opener>` as in Hebrew."""
    stop = _first_stop(text, start, end)
    limit = stop.start() if stop else end
    if limit - start > _LONGEST:
        return None
    words = list(_WORDS.finditer(text, start, limit))
    if not words or len(words) > _MOST_WORDS:
        return None
    if found := _closer().search(text, words[0].end(), limit):
        if not text[found.end() : limit].strip():
            named = [word for word in words if word.end() <= found.start()]
            return _greeting(named, start, stop.end() if stop else end)
        return None
    alone = stop and stop[0] in ",!:" and not text[stop.end() : end].strip()
    if alone and stop and all(word[0][0].isupper() or _hebrew(word) for word in words):
        return _greeting(words, start, stop.end())
    return None


def _hebrew(word: re.Match[str]) -> bool:
    return bool(_HEBREW.match(word[0]))


def _greeting(words: Sequence[re.Match[str]], start: int, end: int) -> Greeting:
    span = (words[0].start(), words[-1].end()) if words else (start, start)
    return Greeting(start, end, tuple(word[0] for word in words), span)


@cache
def _titles() -> frozenset[str]:
    known = rules()
    return known.titles | known.masculine | known.feminine


@cache
def _opener() -> re.Pattern[str]:
    return pattern(rules().openers)


@cache
def _closer() -> re.Pattern[str]:
    return pattern(rules().after_name)
