"""The words that speak for a label, and the healthy signs, each with its share of the score."""

from __future__ import annotations

from collections import Counter

import numpy as np

from classifier.explain.places import Place, find_places, in_text, span_of, strongest_sentence
from classifier.features.message import COLUMN_GROUPS, speaks_for
from classifier.features.relations import TACTIC_NAMES
from classifier.model import Model, Scored
from classifier.preparation import Prepared
from classifier.schema import LABELS, TACTICS, Evidence, Label

_COLUMNS_OF = {
    tactic: np.array([i for i, group in enumerate(COLUMN_GROUPS) if group == tactic])
    for tactic in TACTICS
}
_SHARED_BY = {
    label: np.array(
        [i for i, g in enumerate(COLUMN_GROUPS) if g not in TACTICS and speaks_for(g) == label]
    )
    for label in LABELS
}
"""Columns that speak for a label through whichever of its tactics are there."""

_NUMBERS_OF = {
    label: np.array([i for i, name in enumerate(TACTIC_NAMES) if TACTICS[name] == label])
    for label in LABELS
}


def evidence(
    model: Model, prepared: Prepared, scored: Scored, raised: tuple[Label, ...]
) -> tuple[Evidence, ...]:
    """Return the words that speak for the labels in `raised`, and the healthy signs.

    A tactic's share of its label's score is split evenly among the places it was found in.
    """
    wanted = frozenset(t for t, label in TACTICS.items() if label is None or label in raised)
    places = [
        place
        for place in find_places(prepared, scored)
        if place.tactic in wanted and in_text(prepared, place)
    ]
    shares = {tactic: _share(model, scored, tactic) for tactic in {p.tactic for p in places}}
    places = [p for p in places if TACTICS[p.tactic] is None or shares[p.tactic] > 0]
    for label in raised:
        if not any(TACTICS[place.tactic] == label for place in places):
            place = strongest_sentence(prepared, scored, label)
            shares[place.tactic] = max(0.0, _share(model, scored, place.tactic))
            places.append(place)
    counts = Counter(place.tactic for place in places)
    found = (_evidence(prepared, p, shares[p.tactic] / counts[p.tactic]) for p in places)
    return tuple(sorted(found, key=lambda e: (e.start, e.end, e.tactic)))


def _share(model: Model, scored: Scored, tactic: str) -> float:
    """Return what `tactic` adds to its label's score; a healthy sign, what it takes off.

    To a tactic's own columns comes its part of those that it shares: the guideline's rule and the
    strongest passage, split by how surely each tactic of the label is there.
    """
    columns, label = _COLUMNS_OF[tactic], TACTICS[tactic]
    weights = model.scorer.weights.message
    terms = weights[:, columns] @ scored.columns[columns]
    if label is None:
        return float(min(0.0, terms.min()))
    shared = _SHARED_BY[label]
    number = LABELS.index(label)
    common = float(weights[number, shared] @ scored.columns[shared])
    surely = 1 / (1 + np.exp(-scored.act_logits.max(axis=0)))
    part = surely[TACTIC_NAMES.index(tactic)] / surely[_NUMBERS_OF[label]].sum()
    return float(terms[number] + common * part)


def _evidence(prepared: Prepared, place: Place, weight: float) -> Evidence:
    """Return the evidence at `place` in the user's own text."""
    start, end = span_of(prepared, place)
    text = prepared.message.text[start:end]
    return Evidence(place.tactic, TACTICS[place.tactic], start, end, text, weight, place.cue)
