"""A label's score as the terms it is the sum of, named in the message's language."""

from __future__ import annotations

from functools import cache

import numpy as np

from classifier.advice import tactic_title
from classifier.features.message import COLUMN_GROUPS
from classifier.languages import read_toml
from classifier.model import Model, Scored
from classifier.preparation import Prepared
from classifier.schema import LABELS, TACTICS, Label, Reason

SHOWN_WORDS = 3
"""Words named one by one among the reasons of a label; the rest are one reason."""

SMALL = 0.1
"""Terms below this many log-odds are summed up in one reason."""


def reasons(model: Model, prepared: Prepared, scored: Scored) -> tuple[Reason, ...]:
    """Split each label's score into its terms, strongest first.

    The weights of a label's reasons sum to its score (tests/test_checker.py).
    """
    terms = model.scorer.weights.message * scored.columns
    found: list[Reason] = []
    for number, label in enumerate(LABELS):
        sums = np.bincount(_GROUP_OF, weights=terms[number], minlength=len(_GROUPS))
        sums[_START] += model.scorer.weights.intercepts[number]
        mine = _group_reasons(sums, label, prepared.lang)
        mine += _word_reasons(prepared, scored.token_terms[:, number], label)
        mine.sort(key=lambda reason: (-abs(reason.weight), reason.name))
        found += mine
    return tuple(found)


def _group_reasons(sums: np.ndarray, label: Label, lang: str) -> list[Reason]:
    """Return a reason for each tactic, signal or fact that weighs, and one for the small ones."""
    names = _group_names(lang)
    named = np.flatnonzero(np.abs(sums) >= SMALL).tolist()
    weights = sums.tolist()
    found = [Reason(label, names[group], weights[group]) for group in named]
    rest = float(sums.sum()) - sum(weights[group] for group in named)
    return [*found, Reason(label, _names(lang)["small"], rest)]


def _word_reasons(prepared: Prepared, terms: np.ndarray, label: Label) -> list[Reason]:
    """Name the words that weigh most, and sum up the rest."""
    norms, names = prepared.reading.norms, _names(prepared.lang)
    loudest = np.argsort(-np.abs(terms), kind="stable")[: 4 * SHOWN_WORDS].tolist()
    shown = list(dict.fromkeys(norms[token] for token in loudest if norms[token][0].isalpha()))
    by_word = dict.fromkeys(shown[:SHOWN_WORDS], 0.0)
    rest = 0.0
    for norm, weight in zip(norms, terms.tolist(), strict=True):
        if norm in by_word:
            by_word[norm] += weight
        else:
            rest += weight
    found = [Reason(label, names["word"].format(word=w), weight) for w, weight in by_word.items()]
    return [*found, Reason(label, names["other_words"], rest)]


_GROUPS = tuple(dict.fromkeys(COLUMN_GROUPS))
_GROUP_OF = np.array([_GROUPS.index(group) for group in COLUMN_GROUPS])
_START = _GROUPS.index("start")


@cache
def _names(lang: str) -> dict[str, str]:
    """Return the names of signals and facts in a language (`names.toml`)."""
    return {key: str(value) for key, value in read_toml(lang, "names").items()}


@cache
def _group_names(lang: str) -> tuple[str, ...]:
    """Return what each of _GROUPS is called in a language."""
    names = _names(lang)
    return tuple(tactic_title(g, lang) if g in TACTICS else names[g] for g in _GROUPS)
