"""Words whose gender does not fit the person greeted. Only what leaves no doubt is told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from classifier.slips.greeting import Greeting
from classifier.slips.rules import Rules, pattern, plain, rules

_QUOTE = re.compile(r"[\"\u201c\u201d\u05f4«»]")
_SENTENCE_END = re.compile(r"[.!?\n]")
_TITLE = re.compile(r"(?<!\w)(madame|monsieur|mademoiselle)(?!\w)", re.IGNORECASE)
_REACH = 60


def wrong_gender(
    text: str, own: Sequence[tuple[int, int]], greeting: Greeting | None
) -> Iterator[tuple[int, int]]:
    """Yield where a word does not fit the greeting, at most one place of each sort."""
    if greeting is None:
        return
    pair = _pairs().match(text, greeting.start, greeting.end)
    if pair and not _both(text[pair.end() : greeting.end]):
        yield pair.span()
        return
    gender = greeting.gender or _gender_of_name(greeting)
    if not gender:
        return
    yield from _closing(text, own, greeting)
    yield from _after_name(text, greeting, gender)
    yield from _words(text, own, greeting, gender)


def _both(rest: str) -> bool:
    """`Chers Mesdames et Messieurs` greets both."""
    return any(word in plain(rest) for word in (" et ", " ou ", "/"))


@cache
def _pairs() -> re.Pattern[str]:
    return pattern(rules().greeting_pairs)


def _gender_of_name(greeting: Greeting) -> str:
    """Return the gender of a greeting of one person with an unmistakable first name."""
    known = rules()
    names = [plain(name) for name in greeting.names]
    if not names:
        return ""
    first = names[0]
    return "f" if first in known.feminine_names else "m" if first in known.masculine_names else ""


def _closing(
    text: str, own: Sequence[tuple[int, int]], greeting: Greeting
) -> Iterator[tuple[int, int]]:
    """`Monsieur Durand, ... Veuillez agréer, Madame, ...`."""
    said = {"f": {"madame", "mademoiselle"}, "m": {"monsieur"}}.get(greeting.gender)
    if not said:
        return
    for start, end in own:
        for verb in _closings().finditer(text, max(start, greeting.end), end):
            reach = min(end, verb.end() + _REACH)
            titles = list(_TITLE.finditer(text, verb.end(), reach))
            if titles and not said & {title[0].casefold() for title in titles}:
                yield titles[0].span()
                return


@cache
def _closings() -> re.Pattern[str]:
    return pattern(rules().closings)


def _after_name(text: str, greeting: Greeting, gender: str) -> Iterator[tuple[int, int]]:
    """The adjective beside the name: dear one, in the wrong gender."""
    end = text.find("\n", greeting.span[1])
    stop = len(text) if end < 0 else end
    known = rules()
    wrong = known.masculine_after_name if gender == "f" else known.feminine_after_name
    found = re.match(r"\s(\w+)", text[greeting.span[1] : stop])
    if found and plain(found[1]) in wrong:
        yield greeting.span[1] + found.start(1), greeting.span[1] + found.end(1)


def _words(
    text: str, own: Sequence[tuple[int, int]], greeting: Greeting, gender: str
) -> Iterator[tuple[int, int]]:
    """A word that speaks to the other gender, outside quotation marks."""
    for start, end in own:
        for found in _other(gender).finditer(text, max(start, greeting.end), end):
            before = _SENTENCE_END.split(text[max(start, found.start() - 300) : found.start()])[-1]
            if not _QUOTE.search(before):
                yield found.span()
                return


@cache
def _other(gender: str) -> re.Pattern[str]:
    known: Rules = rules()
    return pattern(known.masculine_words if gender == "f" else known.feminine_words)
