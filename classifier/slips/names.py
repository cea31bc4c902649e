"""Whether two names can be one person's: nicknames, accents, initials, ways of spelling."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from rapidfuzz.distance import Indel

from classifier.schema import Recipient
from classifier.slips.rules import pattern, plain, rules

_WORD = re.compile(r"[^\W\d_]+(?:['\"][^\W\d_]+)*")
_HEBREW = re.compile("[\u05d0-\u05ea]")
_LATIN = re.compile("[A-Za-z]")
_ALIKE = 0.6
_FEWEST_LETTERS = 2


def names_of(recipient: Recipient) -> tuple[str, ...]:
    """Return the names of a person, folded; nothing when it may be no person, or is not sure.

    >>> names_of(Recipient("Weil, Anna", "a.weil@acme.example"))
    ('weil', 'anna')
    >>> names_of(Recipient("", "noa.tal@x.example")), names_of(Recipient("HR", "jobs@x.example"))
    (('noa', 'tal'), ())
    """
    local = recipient.address.partition("@")[0]
    shown = plain(recipient.name)
    if _no_person().search(shown) or _no_person().search(re.sub(r"[._+]", " ", local)):
        return ()
    if shown and "@" not in shown:
        words = [fold(word) for word in _WORD.findall(shown)]
        return tuple(words) if len(words) > 1 else ()
    parts = local.split(".")
    full = len(parts) == 2 and all(part.isalpha() and len(part) > _FEWEST_LETTERS for part in parts)  # noqa: PLR2004 - first.last
    return tuple(map(fold, parts)) if full else ()


def may_be(greeted: Iterable[str], recipient: Recipient) -> bool:
    """Tell whether a greeting's names may be those of the person it goes to.

    Whatever cannot be compared may be: another script, a title, a role's address.
    """
    known = names_of(recipient)
    said = [letters for word in greeted if (letters := fold(word))]
    if not known or not said or _script(said) != _script(known):
        return True
    local = fold(re.sub(r"[^a-z]", "", recipient.address.partition("@")[0]))
    return any(_one_person(word, name) for word in said for name in (*known, local))


def fold(word: str) -> str:
    """Return a name in small letters without accents, hyphens and quotes.

    >>> fold("Ana\N{LATIN SMALL LETTER I WITH DIAERESIS}s")
    'anais'
    """
    apart = unicodedata.normalize("NFKD", plain(word))
    return "".join(char for char in apart if char.isalpha() and not unicodedata.combining(char))


def _script(words: Iterable[str]) -> str:
    joined = "".join(words)
    hebrew, latin = _HEBREW.search(joined), _LATIN.search(joined)
    return "" if bool(hebrew) == bool(latin) else "he" if hebrew else "latin"


def _one_person(word: str, name: str) -> bool:
    if len(word) == 1 or len(name) == 1:
        return word[:1] == name[:1]
    inside = min(len(word), len(name)) > _FEWEST_LETTERS and (word in name or name in word)
    alike = Indel.normalized_similarity(word, name) >= _ALIKE
    return inside or alike or not _nicknames(word).isdisjoint(_nicknames(name))


@cache
def _no_person() -> re.Pattern[str]:
    return pattern(rules().no_person)


def _nicknames(name: str) -> frozenset[int]:
    return _groups().get(name, frozenset())


@cache
def _groups() -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for number, group in enumerate(rules().groups):
        for name in group.split():
            found.setdefault(fold(name), set()).add(number)
    return {name: frozenset(numbers) for name, numbers in found.items()}
