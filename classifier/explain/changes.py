"""What taking one sentence out would do, by scoring the message again without it."""

from __future__ import annotations

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
    return tuple(
        change
        for number, label in enumerate(LABELS)
        for change in _label_changes(model, prepared, scored, found, number, label)
    )


def _label_changes(
    model: Model,
    prepared: Prepared,
    scored: Scored,
    found: tuple[Evidence, ...],
    number: int,
    label: Label,
) -> list[Change]:
    before = float(scored.scores[number])
    loudest = sorted((e for e in found if e.label == label), key=lambda e: -e.weight)
    sentences = dict.fromkeys(sentence_at(prepared, item.start) for item in loudest)
    tried = []
    for sentence in list(sentences)[:MAX_CHANGES]:
        rest = prepared.reading.without_sentence(sentence)
        facts = measure_facts(rest, prepared.message.envelope)
        after = float(model.scorer.score(rest, prepared.lang, facts).scores[number])
        if probability(before) - probability(after) >= WORTH_SAYING:
            place = sentence_place(prepared, sentence, "")
            tried.append(_change(prepared, place, label, before, after))
    return sorted(tried, key=lambda change: change.after)


def _change(prepared: Prepared, place: Place, label: Label, before: float, after: float) -> Change:
    start, end = span_of(prepared, place)
    text = prepared.message.text[start:end]
    return Change(label, start, end, text, probability(before), probability(after))
