"""The rules of each language: data files, and the one loader that checks them.

`cues.toml` holds the cues, `forms.toml` what counts as the same word and the lists that phrases
may name; `phrase_variants` expands a phrase, so nobody writes seven copies.
"""

from __future__ import annotations

import itertools
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from classifier.schema import TACTICS, LanguageDataError

MAX_VARIANTS = 300
"""A phrase that expands to more variants than this is a mistake."""

SIGNAL_NAMES = (
    "ask", "second_singular", "second_plural", "first_person", "first_plural", "for_another",
    "hiring_voice", "recruiter_voice", "job_seeking", "job_words", "cv_words", "circle_words",
    "generic_greeting", "personal_greeting", "closeness", "superlatives", "praise", "give_done",
    "give_offer", "exchange_words", "debt_words", "selfless_words", "contacts_request",
    "endorsement_words", "commerce", "agreed_terms", "thanks_past", "reported_speech",
    "negation", "conditional", "urgency", "plea", "unemployment", "secrecy", "specific_role",
    "attachment", "open_ended", "easy_out_words", "newsletter_words", "event_words",
    "news_opinion",
)  # fmt: skip
"""The relation signals, in the order of the model's columns; each language defines all."""

_REQUIRED = frozenset({"id", "tactic", "phrases", "why", "source", "hits", "misses"})
_OPTIONAL = frozenset({"with", "unless"})
_CHOICE = re.compile(r"\{([^{}]*)\}")
_LIST = re.compile(r"<([a-z_0-9]+)>")


@dataclass(frozen=True, slots=True)
class Cue:
    """A rule: phrases that carry a tactic, with the reason and its own examples."""

    id: str
    tactic: str
    """A key of `schema.TACTICS`."""
    phrases: tuple[str, ...]
    """Matched word by word after forms are folded; `{a|b}` and `<list>` are alternatives."""
    why: str
    source: str
    """Where the guideline says so, for instance `data/GUIDELINES.md#forward_request`."""
    hits: tuple[str, ...]
    """Sentences the cue must be found in."""
    misses: tuple[str, ...]
    """Innocent sentences with nearly the same words."""
    with_: tuple[str, ...] = ()
    """When given, one of these must stand in the same sentence."""
    unless: tuple[str, ...] = ()
    """None of these may stand in the same sentence."""


@dataclass(frozen=True, slots=True)
class Forms:
    """What counts as the same word in a language."""

    lemmas: Mapping[str, str]
    """Word form -> the name it is matched under."""
    lists: Mapping[str, tuple[str, ...]]
    """Name -> alternatives that phrases write as `<name>`."""
    prefixes: tuple[str, ...]
    """Particles written onto the next word (Hebrew), longest first."""


@cache
def load_cues(lang: str) -> tuple[Cue, ...]:
    """Return the cues of `lang` in the order of its file.

    Raises:
        LanguageDataError: every fault of the file, each with its place.
    """
    entries = read_toml(lang, "cues").get("cue", [])
    problems = [p for i, entry in enumerate(entries) for p in _cue_problems(i, entry)]
    ids = [entry.get("id") for entry in entries]
    problems += [f"id {i!r} twice" for i in sorted({i for i in ids if i and ids.count(i) > 1})]
    if problems:
        raise LanguageDataError("\n  ".join([f"{lang}/cues.toml:", *problems]))
    return tuple(_cue(entry) for entry in entries)


def _cue_problems(i: int, entry: dict[str, Any]) -> Iterator[str]:
    name = f"cue[{i}] ({entry.get('id', 'no id')})"
    if missing := _REQUIRED - entry.keys():
        yield f"{name}: missing {', '.join(sorted(missing))}"
    if unknown := entry.keys() - _REQUIRED - _OPTIONAL:
        yield f"{name}: unknown {', '.join(sorted(unknown))}"
    if entry.get("tactic") not in TACTICS:
        yield f"{name}: tactic {entry.get('tactic')!r} is none of {', '.join(TACTICS)}"
    for key in ("phrases", "hits", "misses"):
        if not entry.get(key):
            yield f"{name}: {key} is empty"


def _cue(entry: dict[str, Any]) -> Cue:
    tuples = {key: tuple(entry[key]) for key in ("phrases", "hits", "misses")}
    return Cue(
        id=entry["id"],
        tactic=entry["tactic"],
        why=entry["why"],
        source=entry["source"],
        with_=tuple(entry.get("with", ())),
        unless=tuple(entry.get("unless", ())),
        **tuples,
    )


@cache
def load_signals(lang: str) -> dict[str, tuple[str, ...]]:
    """Return the phrases of each relation signal of `lang`, in the order of SIGNAL_NAMES.

    Signals (who asks, whom, for whom, on what terms) feed the model and are not shown.

    Raises:
        LanguageDataError: a signal is missing or unknown.
    """
    data = read_toml(lang, "signals")
    if wrong := sorted(data.keys() ^ set(SIGNAL_NAMES)):
        raise LanguageDataError(f"{lang}/signals.toml: missing or unknown: {', '.join(wrong)}")
    return {name: tuple(data[name]) for name in SIGNAL_NAMES}


@cache
def load_forms(lang: str) -> Forms:
    """Return the word forms and lists of `lang`.

    Raises:
        LanguageDataError: a form is claimed by two lemmas.
    """
    data = read_toml(lang, "forms")
    lemmas: dict[str, str] = {}
    for lemma, forms in data.get("forms", {}).items():
        for form in forms:
            if lemmas.setdefault(form, lemma) != lemma:
                raise LanguageDataError(
                    f"{lang}/forms.toml: {form!r} stands under {lemmas[form]!r} and {lemma!r}"
                )
    lists = {name: tuple(items) for name, items in data.get("lists", {}).items()}
    prefixes = sorted(data.get("prefixes", ()), key=lambda prefix: (-len(prefix), prefix))
    return Forms(lemmas, lists, tuple(prefixes))


def phrase_variants(phrase: str, lists: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Write out every alternative of `phrase`.

    >>> phrase_variants("{send|pass} my <cv>", {"cv": ("cv", "work history")})
    ['send my cv', 'send my work history', 'pass my cv', 'pass my work history']

    Raises:
        LanguageDataError: an unknown list, or more than MAX_VARIANTS variants.
    """
    if "{" not in phrase and "<" not in phrase:
        return [phrase]
    if unknown := [name for name in _LIST.findall(phrase) if name not in lists]:
        raise LanguageDataError(f"phrase {phrase!r}: no list <{unknown[0]}> in forms.toml")
    braced = _LIST.sub(lambda match: "{" + "|".join(lists[match[1]]) + "}", phrase)
    if braced.count("{") != len(_CHOICE.findall(braced)):
        raise LanguageDataError(f"phrase {phrase!r}: alternatives inside alternatives")
    parts = [
        part.split("|") if odd else [part] for odd, part in _alternating(_CHOICE.split(braced))
    ]
    variants = [" ".join(variant.split()) for variant in map("".join, itertools.product(*parts))]
    if len(variants) > MAX_VARIANTS:
        raise LanguageDataError(f"phrase {phrase!r}: {len(variants)} variants, at most 300")
    return variants


def _alternating(parts: list[str]) -> Iterator[tuple[bool, str]]:
    """Tell the choices (odd places of a split on _CHOICE) from the fixed parts."""
    return ((bool(i % 2), part) for i, part in enumerate(parts))


@cache
def function_words(lang: str) -> frozenset[str]:
    """Return the frequent short words of `lang`; for `other`, those of languages not judged.

    Words that a judged language uses too do not count for `other`.
    """
    if lang == "other":
        judged = function_words("en") | function_words("fr")
        return _words("other.txt") - judged
    return _words(f"{lang}/function_words.txt")


@cache
def word_list(name: str) -> frozenset[str]:
    """Return the words of a file in `classifier/languages/`; a line with # is a comment."""
    return _words(name)


def _words(name: str) -> frozenset[str]:
    lines = (resources.files(__package__) / name).read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@cache
def read_toml(lang: str, name: str) -> dict[str, Any]:
    """Return the parsed `classifier/languages/<lang>/<name>.toml`.

    Raises:
        LanguageDataError: the file is missing or not TOML.
    """
    file = resources.files(__package__) / lang / f"{name}.toml"
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise LanguageDataError(f"{lang}/{name}.toml: {error}") from error
