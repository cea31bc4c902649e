"""What taking one sentence out would do, by scoring the message again without it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain

import numpy as np

from classifier.explain.places import Place, sentence_at, sentence_place, span_of
from classifier.explain.probability import probability
from classifier.features.facts import measure_facts
from classifier.model import Model, Scored
from classifier.preparation import Prepared
from classifier.schema import LABELS, Change, Evidence, Label

WORTH_SAYING = 0.01
"""A sentence that takes less than this off the probability is not mentioned."""

MAX_CHANGES = 2
"""Sentences tried without, a label: those whose evidence weighs most."""


def changes(
    model: Model, prepared: Prepared, scored: Scored, found: tuple[Evidence, ...]
) -> tuple[Change, ...]:
    """Score the message again without each sentence that carries evidence, strongest first."""
    reading = prepared.reading
    if reading.n_sentences < 2:  # noqa: PLR2004
        return ()
    tried = {label: _loudest(prepared, found, label) for label in LABELS}
    without = _scores_without(model, prepared, dict.fromkeys(chain.from_iterable(tried.values())))
    return tuple(
        change
        for number, label in enumerate(LABELS)
        for change in _label_changes(
            prepared,
            label,
            float(scored.scores[number]),
            {sentence: float(without[sentence][number]) for sentence in tried[label]},
        )
    )


def _loudest(prepared: Prepared, found: tuple[Evidence, ...], label: Label) -> list[int]:
    """Return the MAX_CHANGES sentences whose evidence weighs most for `label`, or fewer."""
    loudest = sorted((e for e in found if e.label == label), key=lambda e: -e.weight)
    sentences = dict.fromkeys(sentence_at(prepared, item.start) for item in loudest)
    return list(sentences)[:MAX_CHANGES]


def _scores_without(
    model: Model, prepared: Prepared, sentences: Iterable[int]
) -> dict[int, np.ndarray]:
    """Return float64 (n_labels,), the scores without each sentence, all worked out together."""
    rests = {sentence: prepared.reading.without_sentence(sentence) for sentence in sentences}
    envelope = prepared.message.envelope
    scored = model.scorer.score_all(
        [(rest, prepared.lang, measure_facts(rest, envelope)) for rest in rests.values()]
    )
    return {sentence: one.scores for sentence, one in zip(rests, scored, strict=True)}


def _label_changes(
    prepared: Prepared, label: Label, before: float, after: Mapping[int, float]
) -> list[Change]:
    """Return the changes worth saying, best first; `after` is the score without each sentence."""
    worth = [
        _change(prepared, sentence_place(prepared, sentence, ""), label, before, score)
        for sentence, score in after.items()
        if probability(before) - probability(score) >= WORTH_SAYING
    ]
    return sorted(worth, key=lambda change: change.after)


def _change(prepared: Prepared, place: Place, label: Label, before: float, after: float) -> Change:
    start, end = span_of(prepared, place)
    text = prepared.message.text[start:end]
    return Change(label, start, end, text, probability(before), probability(after))
