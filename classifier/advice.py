"""What to tell the writer about each tactic, in their language.

The texts stand in `languages/<lang>/advice.toml`: an offending tactic has a title, why it matters
to the reader of the message, what to do instead, and better sentences; a healthy sign has a title
and why it works.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from classifier.languages import read_toml
from classifier.schema import TACTICS, Advice, LanguageDataError

_FIELDS = {"title": str, "why": str}
_OFFENCE_FIELDS = _FIELDS | {"text": str, "examples": list}


def advice_for(tactic: str, lang: str, *, seed: int = 0) -> Advice:
    """Return the advice on one tactic.

    Args:
        tactic: a key of `schema.TACTICS`; a healthy sign gets empty `text` and `example`.
        lang: one of `schema.LANGUAGES`.
        seed: which of the better sentences to give; the same seed gives the same one.

    Raises:
        LanguageDataError: the file of `lang` is broken or does not know `tactic`.
    """
    texts = _load(lang)
    if tactic not in texts:
        raise LanguageDataError(f"{lang}/advice.toml: no tactic {tactic!r}; see schema.TACTICS")
    entry = texts[tactic]
    examples = entry.get("examples", [""])
    return Advice(
        tactic=tactic,
        title=entry["title"],
        why=entry["why"],
        text=entry.get("text", ""),
        example=examples[seed % len(examples)],
    )


def advise(tactics: Iterable[str], lang: str) -> tuple[Advice, ...]:
    """Return advice on each offending tactic, in the order given, none twice.

    Healthy signs are left out: there is nothing to do better.
    """
    offending = dict.fromkeys(tactic for tactic in tactics if TACTICS.get(tactic, "") is not None)
    return tuple(advice_for(tactic, lang) for tactic in offending)


def tactic_title(tactic: str, lang: str) -> str:
    """Return the tactic in a few plain words of `lang`."""
    return advice_for(tactic, lang).title


@cache
def _load(lang: str) -> Mapping[str, Mapping[str, Any]]:
    texts = read_toml(lang, "advice")
    if problems := list(_problems(texts)):
        raise LanguageDataError("\n  ".join([f"{lang}/advice.toml:", *problems]))
    return texts


def _problems(texts: Mapping[str, Any]) -> Iterator[str]:
    """Yield every fault of a language's texts, each with its place."""
    if missing := TACTICS.keys() - texts.keys():
        yield f"missing tactics: {', '.join(sorted(missing))}"
    if unknown := texts.keys() - TACTICS.keys():
        yield f"unknown tactics: {', '.join(sorted(unknown))}"
    for tactic in (tactic for tactic in TACTICS if tactic in texts):
        wanted = _OFFENCE_FIELDS if TACTICS[tactic] else _FIELDS
        entry = texts[tactic]
        for name, kind in wanted.items():
            if not isinstance(entry.get(name), kind) or not entry[name]:
                yield f"{tactic}: {name} is missing, empty, or not a {kind.__name__}"
        if extra := entry.keys() - wanted.keys():
            yield f"{tactic}: unknown {', '.join(sorted(extra))}"
