"""The marks of quoted and foreign text in every language, merged from `quoting.toml`.

All languages are tried on every message: a French mail program quotes an English message with
`a écrit`, and the reader need not know the language first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from classifier.languages import read_toml
from classifier.schema import LANGUAGES, LanguageDataError


@dataclass(frozen=True, slots=True)
class Rules:
    """Phrases in the form `lines.key_of` gives a line; the TOML files explain each."""

    attribution_starts: tuple[str, ...]
    attribution_ends: tuple[str, ...]
    attribution_by: tuple[str, ...]
    dashed_original: frozenset[str]
    dashed_forwarded: tuple[str, ...]
    forwarded_lines: frozenset[str]
    fields: Mapping[str, str]
    """Name of a header field -> its role: from, sent, to, cc, subject or other."""
    sent_from: tuple[str, ...]
    devices: tuple[str, ...]
    sign_offs: frozenset[str]
    sign_off_parts: tuple[str, ...]
    postscripts: tuple[str, ...]
    contact_labels: frozenset[str]
    own_words: frozenset[str]
    disclaimer_words: tuple[str, ...]
    disclaimer_openings: tuple[str, ...]
    disclaimer_phrases: tuple[str, ...]
    footer_lines: tuple[str, ...]
    list_lines: tuple[str, ...]
    list_mentions: tuple[str, ...]
    reply_prefixes: frozenset[str]
    forward_prefixes: frozenset[str]
    cv_words: frozenset[str]
    cv_phrases: tuple[str, ...]
    cv_or_summary: frozenset[str]
    summary_after: frozenset[str]


@cache
def rules() -> Rules:
    """Return the rules of all languages together.

    Raises:
        LanguageDataError: a `quoting.toml` is missing, or lacks a list of phrases.
    """
    phrases: dict[str, Any] = {
        **{name: frozenset(_phrases(*place)) for name, place in _SETS.items()},
        **{name: tuple(_phrases(*place)) for name, place in _LISTS.items()},
    }
    return Rules(fields=_fields(), **phrases)


def _phrases(table: str, key: str) -> Iterator[str]:
    for lang in LANGUAGES:
        phrases = _table(lang, table).get(key)
        if not isinstance(phrases, list) or not all(isinstance(p, str) and p for p in phrases):
            raise LanguageDataError(
                f"{lang}/quoting.toml: [{table}] needs {key} = a list of phrases"
            )
        yield from phrases


def _fields() -> dict[str, str]:
    return {
        name: role
        for lang in LANGUAGES
        for role, names in _table(lang, "fields").items()
        for name in names
    }


def _table(lang: str, table: str) -> dict[str, Any]:
    found = read_toml(lang, "quoting").get(table)
    if not isinstance(found, dict):
        raise LanguageDataError(f"{lang}/quoting.toml: the table [{table}] is missing")
    return found


_SETS = {
    "dashed_original": ("history", "dashed_original"),
    "forwarded_lines": ("history", "forwarded_lines"),
    "sign_offs": ("signature", "sign_offs"),
    "contact_labels": ("signature", "contact_labels"),
    "own_words": ("signature", "own_words"),
    "reply_prefixes": ("subject", "reply"),
    "forward_prefixes": ("subject", "forward"),
    "cv_words": ("attachment", "cv"),
    "cv_or_summary": ("attachment", "cv_or_summary"),
    "summary_after": ("attachment", "summary_after"),
}
_LISTS = {
    "dashed_forwarded": ("history", "dashed_forwarded"),
    "attribution_starts": ("history", "attribution_starts"),
    "attribution_ends": ("history", "attribution_ends"),
    "attribution_by": ("history", "attribution_by"),
    "sent_from": ("signature", "sent_from"),
    "devices": ("signature", "devices"),
    "sign_off_parts": ("signature", "sign_off_parts"),
    "postscripts": ("signature", "postscripts"),
    "disclaimer_words": ("disclaimer", "words"),
    "disclaimer_openings": ("disclaimer", "openings"),
    "disclaimer_phrases": ("disclaimer", "phrases"),
    "footer_lines": ("disclaimer", "lines"),
    "list_lines": ("list", "lines"),
    "list_mentions": ("list", "mentions"),
    "cv_phrases": ("attachment", "cv_phrases"),
}
