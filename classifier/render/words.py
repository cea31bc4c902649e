"""The words of reports in each language (`languages/<lang>/ui.toml`, of pages `page.toml`)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from classifier.languages import read_toml
from classifier.schema import LanguageDataError, Report

FALLBACK = "en"
"""The language a report is written in when its message is in none of ours."""


def ui_words(lang: str) -> Mapping[str, str]:
    """Return key -> words of a report, with {places} to fill.

    Raises:
        LanguageDataError: a key is missing, unknown, or not text.
    """
    return _words(lang, "ui")


def page_words(lang: str) -> Mapping[str, str]:
    """Return key -> words of a page about many reports, those of a report among them.

    Raises:
        LanguageDataError: a key is missing, unknown, or not text.
    """
    return {**_words(lang, "ui"), **_words(lang, "page")}


@cache
def _words(lang: str, name: str) -> Mapping[str, str]:
    words, known = read_toml(lang, name), read_toml(FALLBACK, name)
    wrong = [key for key in known.keys() | words.keys() if not isinstance(words.get(key), str)]
    if wrong := sorted({*wrong, *(words.keys() - known.keys())}):
        keys = ", ".join(wrong)
        raise LanguageDataError(f"{lang}/{name}.toml: missing, unknown or not text: {keys}")
    return words


def report_lang(report: Report, ui_lang: str | None) -> str:
    """Return the language to write the report in."""
    return ui_lang or (FALLBACK if report.lang == "other" else report.lang)


def counted(words: Mapping[str, str], key: str, n: int) -> str:
    """Return the words for `n` things, n >= 1."""
    return words[f"{key}_one"] if n == 1 else words[f"{key}_many"].format(n=n)


def percent(words: Mapping[str, str], probability: float) -> str:
    """Return a probability as whole percent, from 1 to 99: we are never certain.

    >>> percent({"percent": "{n}%"}, 0.999)
    '99%'
    """
    return words["percent"].format(n=min(99, max(1, round(100 * probability))))


def number(words: Mapping[str, str], n: int) -> str:
    """Return a number as the language groups its digits; `words` are those of a page.

    >>> number({"thousands": " "}, 12345)
    '12 345'
    """
    return f"{n:,}".replace(",", words["thousands"])
