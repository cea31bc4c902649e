"""The words that slips are found by (`languages/<lang>/slips.toml`), checked and compiled.

All languages are tried on every message, like quotations: a French letter may greet in English.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from classifier.languages import phrase_variants, read_toml
from classifier.schema import LANGUAGES, LanguageDataError

KINDS = ("unfilled_slot", "greeting_name", "other_firm", "gender", "no_thread", "cv_missing")
"""Every kind of slip, in the order in which they are told."""

_TABLES: Mapping[str, tuple[str, ...]] = {
    "kinds": KINDS,
    "greeting": (
        "openers",
        "after_name",
        "masculine",
        "feminine",
        "titles",
        "nobody",
        "no_person",
        "teams",
    ),
    "slots": ("names", "begin"),
    "cv": ("promised", "unless"),
    "gender": (
        *("greeting_pairs", "closings", "feminine_names", "masculine_names", "feminine_words"),
        *("masculine_words", "feminine_after_name", "masculine_after_name"),
    ),
    "search": ("phrases",),
    "nicknames": ("groups",),
}


@dataclass(frozen=True, slots=True)
class Rules:
    """The lists of all languages together, in lower case with straight quotes."""

    openers: tuple[str, ...]
    after_name: tuple[str, ...]
    masculine: frozenset[str]
    feminine: frozenset[str]
    titles: frozenset[str]
    nobody: frozenset[str]
    no_person: tuple[str, ...]
    teams: tuple[str, ...]
    names: frozenset[str]
    begin: tuple[str, ...]
    promised: tuple[str, ...]
    unless: tuple[str, ...]
    greeting_pairs: tuple[str, ...]
    closings: tuple[str, ...]
    feminine_names: frozenset[str]
    masculine_names: frozenset[str]
    feminine_words: tuple[str, ...]
    masculine_words: tuple[str, ...]
    feminine_after_name: tuple[str, ...]
    masculine_after_name: tuple[str, ...]
    phrases: tuple[str, ...]
    groups: tuple[str, ...]


@cache
def rules() -> Rules:
    """Return the rules of all languages together.

    Raises:
        LanguageDataError: a `slips.toml` lacks a list, or has one that nothing reads.
    """
    lists: dict[str, list[str]] = {}
    for lang in LANGUAGES:
        for table, keys in _checked(lang).items():
            if table != "kinds":
                for key, phrases in keys.items():
                    lists.setdefault(key, []).extend(map(plain, phrases))
    sets = {"masculine", "feminine", "titles", "nobody", "names", "feminine_names",
            "masculine_names"}  # fmt: skip
    named: dict[str, Any] = {
        key: frozenset(found) if key in sets else tuple(dict.fromkeys(found))
        for key, found in lists.items()
    }
    return Rules(**named)


def advice(kind: str, lang: str, **words: str) -> str:
    """Return what to say of a slip.

    Args:
        kind: One of KINDS.
        lang: One of `schema.LANGUAGES`.
        words: `found` and `known`.
    """
    return str(_checked(lang)["kinds"][kind]).format(**{"known": "", **words})


@cache
def _checked(lang: str) -> Mapping[str, Mapping[str, Any]]:
    data = read_toml(lang, "slips")
    if problems := list(_problems(data)):
        raise LanguageDataError("\n  ".join([f"{lang}/slips.toml:", *problems]))
    return data


def _problems(data: Mapping[str, Any]) -> Iterator[str]:
    for table in sorted(data.keys() | _TABLES.keys()):
        wanted, found = _TABLES.get(table, ()), data.get(table, {})
        if wrong := sorted(found.keys() ^ set(wanted)):
            yield f"[{table}]: missing or unknown: {', '.join(wrong)}"
        for key, value in found.items():
            one = [value] if table == "kinds" else value
            if not isinstance(one, list) or not all(isinstance(item, str) and item for item in one):
                yield f"[{table}] {key}: not a {'text' if table == 'kinds' else 'list of texts'}"


def plain(text: str) -> str:
    """Return `text` in small letters with straight quotes; its length may change.

    >>> plain("GB\N{HEBREW PUNCTUATION GERESH} L\N{RIGHT SINGLE QUOTATION MARK}As")
    "gb' l'as"
    """
    return text.translate(_STRAIGHT).casefold()


_STRAIGHT = {ord(mark): "'" for mark in "\u2018\u2019\u02bc\u05f3"}
_STRAIGHT |= {ord(mark): '"' for mark in "\u201c\u201d\u05f4"}
_QUOTES = {"'": "['\u2018\u2019\u02bc\u05f3]", '"': '["\u201c\u201d\u05f4]', " ": r"\s{1,4}"}


def pattern(phrases: Iterable[str]) -> re.Pattern[str]:
    """Return an expression for any of these phrases as whole words, whatever their case.

    `{a|b}` are alternatives; what is no word character at an end need not stand apart.
    """
    variants = {v for phrase in phrases for v in phrase_variants(phrase, {})}
    if not variants:
        return re.compile(r"(?!)")
    parts = "|".join(_expression(v) for v in sorted(variants, key=lambda v: (-len(v), v)))
    return re.compile(rf"(?<!\w)(?:{parts})(?!\w)", re.IGNORECASE)


def _expression(phrase: str) -> str:
    return "".join(_QUOTES.get(char) or re.escape(char) for char in phrase)
