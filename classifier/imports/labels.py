"""Understands what annotators call the labels, whatever their language."""

from __future__ import annotations

import difflib
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from classifier.advice import tactic_title
from classifier.schema import LABELS, LANGUAGES, TACTICS, ConfigError

TARGETS = (*LABELS, "both", "fine", "skip", *TACTICS)
"""What a name may mean: a label, both, none, a row to leave out, or the tactic of marked words."""

_BETWEEN = re.compile(r"[\s_\-/.:]+")
_DROPPED = re.compile("[\"',!?«»\u2018-\u201e\u2026\u05f3\u05f4]")  # quotes, geresh, gershayim


def plain(name: str) -> str:
    """Return a name in the form in which names are compared.

    >>> plain(" CV_Blast ")
    'cv blast'
    """
    text = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", name).casefold())
    text = "".join(c for c in text if not unicodedata.combining(c))
    return _BETWEEN.sub(" ", _DROPPED.sub("", text)).strip()


@cache
def word_lists() -> Mapping[str, Any]:
    """Return `words.toml`: section -> meaning -> what people call it."""
    path = resources.files("classifier") / "imports" / "words.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def known(section: str) -> Mapping[str, str]:
    """Return plain name -> meaning for a section of `words.toml`."""
    lists = word_lists()[section]
    return {plain(word): meaning for meaning, words in lists.items() for word in words}


@cache
def _guesses() -> Mapping[str, str]:
    titles = {plain(tactic_title(t, lang)): t for lang in LANGUAGES for t in TACTICS}
    return {**titles, **{plain(target): target for target in TARGETS}, **known("labels")}


class Names:
    """What each name means: as the user said, else as people usually call it."""

    def __init__(self, names: Mapping[str, str]) -> None:
        """Take the user's own names.

        Raises:
            ConfigError: one is to mean something that does not exist.
        """
        for name, target in names.items():
            if target not in TARGETS:
                raise ConfigError(
                    f"--map {name}={target}: {target!r} is none of {', '.join(TARGETS)};"
                    f" nearest: {_nearest(target, dict.fromkeys(TARGETS, ''))}"
                )
        self._own = {plain(name): target for name, target in names.items()}

    def meaning(self, name: str) -> str | None:
        """Return one of TARGETS; None when nobody knows the name."""
        key = plain(name)
        return self._own.get(key) or _guesses().get(key)

    def nearest(self, name: str) -> str:
        """Return the known name that looks most like an unknown one, and what it means."""
        names = {**_guesses(), **self._own}
        close = _nearest(plain(name), names)
        return f"{close!r}, which is {names[close]}"


def _nearest(word: str, names: Mapping[str, str]) -> str:
    return difflib.get_close_matches(word, names, n=1, cutoff=0.0)[0]


def answer(value: Any) -> bool | None:
    """Return what a cell says, yes or no; None for an empty one.

    Raises:
        ValueError: it is neither.
    """
    if value is None or (isinstance(value, float) and value != value):  # noqa: PLR0124 - nan
        return None
    text = plain(str(value))
    if not text:
        return None
    found = known("answers").get(text)
    if found is None:
        raise ValueError(f"{value!r} is neither yes nor no")
    return found == "yes"


def language(value: Any) -> str | None:
    """Return the code of a language, however it is called; an unknown one as it is.

    >>> language("Français"), language("en-GB"), language(None), language("de")
    ('fr', 'en', None, 'de')
    """
    name, codes = plain(str(value or "")), known("languages")
    return codes.get(name) or codes.get(name.split(" ")[0]) or name or None
