"""Why a message got its scores: evidence in its words, reasons that add up, and what would change.

Nothing here is a story about the run; all of it is terms of the one sum that is the score.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from classifier.advice import tactic_title
from classifier.features.facts import measure_facts
from classifier.features.message import COLUMN_GROUPS
from classifier.features.relations import TACTIC_NAMES
from classifier.languages import read_toml
from classifier.model import Model, Scored
from classifier.preparation import Prepared
from classifier.schema import LABELS, TACTICS, Change, Evidence, Label, Reason

SHOWN_WORDS = 3
"""Words named one by one among the reasons of a label; the rest are one reason."""

MAX_CHANGES = 3
"""Sentences tried without, a label."""

DOES_ACT = 0.0
"""Log-odds from which a sentence is shown as doing an act."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a tactic was found, in tokens."""

    tactic: str
    start: int
    end: int
    sentence: int
    cue: str


def probability(score: float) -> float:
    """Return the probability behind log-odds.

    >>> probability(0.0)
    0.5
    """
    return float(1 / (1 + np.exp(-score)))


def reasons(model: Model, prepared: Prepared, scored: Scored) -> tuple[Reason, ...]:
    """Split each label's score into its terms, strongest first.

    The weights of a label's reasons sum to its score (tests/test_explain.py).
    """
    return tuple(
        reason
        for number, label in enumerate(LABELS)
        for reason in sorted(
            _label_reasons(model, prepared, scored, number, label),
            key=lambda reason: (-abs(reason.weight), reason.name),
        )
    )


def _label_reasons(
    model: Model, prepared: Prepared, scored: Scored, number: int, label: Label
) -> Iterator[Reason]:
    names = _names(prepared.lang)
    weights = model.scorer.weights
    terms = weights.message[number] * scored.columns
    sums: dict[str, float] = defaultdict(float)
    for column in np.flatnonzero(terms).tolist():
        sums[COLUMN_GROUPS[column]] += float(terms[column])
    yield Reason(label, names["start"], float(weights.intercepts[number]) + sums.pop("start", 0.0))
    for group, weight in sums.items():
        name = tactic_title(group, prepared.lang) if group in TACTICS else names[group]
        yield Reason(label, name, weight)
    yield from _word_reasons(prepared, scored.token_terms[:, number], label, names)


def _word_reasons(
    prepared: Prepared, terms: np.ndarray, label: Label, names: dict[str, str]
) -> Iterator[Reason]:
    """Name the words that weigh most, and sum up the rest."""
    order = np.argsort(-np.abs(terms), kind="stable").tolist()
    by_word: dict[str, float] = {}
    for token in order:
        word = prepared.reading.norms[token]
        if word in by_word or (len(by_word) < SHOWN_WORDS and word[0].isalpha()):
            by_word[word] = by_word.get(word, 0.0) + float(terms[token])
    for word, weight in by_word.items():
        yield Reason(label, names["word"].format(word=word), weight)
    yield Reason(label, names["other_words"], float(terms.sum()) - sum(by_word.values()))


@cache
def _names(lang: str) -> dict[str, str]:
    """Return the names of signals and facts in a language (`names.toml`)."""
    return {key: str(value) for key, value in read_toml(lang, "names").items()}


def evidence(
    model: Model, prepared: Prepared, scored: Scored, raised: tuple[Label, ...]
) -> tuple[Evidence, ...]:
    """Return the words that speak for the labels in `raised`, and the healthy signs.

    A tactic's share of its label's score is split evenly among the places it was found in.
    """
    wanted = frozenset(t for t, label in TACTICS.items() if label is None or label in raised)
    places = [place for place in _places(prepared, scored) if place.tactic in wanted]
    shares = {tactic: _share(model, scored, tactic) for tactic in {p.tactic for p in places}}
    places = [p for p in places if TACTICS[p.tactic] is None or shares[p.tactic] > 0]
    for label in raised:
        if not any(TACTICS[place.tactic] == label for place in places):
            places.append(_strongest_sentence(prepared, scored, label))
    counts: dict[str, int] = defaultdict(int)
    for place in places:
        counts[place.tactic] += 1
    starts = prepared.reading.char_starts() if places else []
    found = (
        _evidence(prepared, place, starts, shares.get(place.tactic, 0.0) / counts[place.tactic])
        for place in places
    )
    return tuple(sorted(filter(None, found), key=lambda e: (e.start, e.end, e.tactic)))


def _places(prepared: Prepared, scored: Scored) -> list[_Place]:
    """Return the cues found, then sentences that do an act no cue of theirs shows."""
    reading = prepared.reading
    places = [
        _Place(cue.tactic, cue.start, cue.end, int(reading.sentence_of[cue.start]), cue.cue)
        for cue in reading.cues
    ]
    shown = {(place.sentence, place.tactic) for place in places}
    for sentence, number in np.argwhere(scored.act_logits >= DOES_ACT).tolist():
        if (sentence, TACTIC_NAMES[number]) not in shown:
            places.append(_sentence_place(prepared, sentence, TACTIC_NAMES[number]))
    return places


def _sentence_place(prepared: Prepared, sentence: int, tactic: str) -> _Place:
    reading = prepared.reading
    start, end = np.searchsorted(reading.sentence_of, (sentence, sentence + 1)).tolist()
    while reading.words[end - 1].isspace():
        end -= 1
    while start < end - 1 and reading.words[start].isspace():
        start += 1
    return _Place(tactic, start, end, sentence, "")


def _strongest_sentence(prepared: Prepared, scored: Scored, label: Label) -> _Place:
    """Return the sentence whose n-grams speak most for `label`, with its likeliest tactic."""
    reading = prepared.reading
    terms = scored.token_terms[:, LABELS.index(label)]
    sums = np.bincount(reading.sentence_of, weights=terms, minlength=reading.n_sentences)
    tactics = [i for i, name in enumerate(TACTIC_NAMES) if TACTICS[name] == label]
    logits = scored.act_logits[:, tactics]
    sentence = int(np.argmax(sums + logits.max(axis=1)))
    return _sentence_place(prepared, sentence, TACTIC_NAMES[tactics[logits[sentence].argmax()]])


def _share(model: Model, scored: Scored, tactic: str) -> float:
    """Return what the columns of `tactic` add to its label; for a healthy sign, take off."""
    columns = [i for i, group in enumerate(COLUMN_GROUPS) if group == tactic]
    terms = model.scorer.weights.message[:, columns] @ scored.columns[columns]
    label = TACTICS[tactic]
    return float(min(0.0, terms.min()) if label is None else terms[LABELS.index(label)])


def _evidence(
    prepared: Prepared, place: _Place, starts: list[int], weight: float
) -> Evidence | None:
    """Return the evidence at `place` in the user's own text; None if it is in the subject."""
    last = place.end - 1
    end_char = starts[last] + len(prepared.reading.words[last])
    start, end = prepared.clean.original_span(starts[place.start], end_char)
    if start < 0 or end <= start:
        return None
    text = prepared.message.text[start:end]
    return Evidence(place.tactic, TACTICS[place.tactic], start, end, text, weight, place.cue)


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
    evidence_starts = [item.start for item in found if item.label == label]
    if not evidence_starts:
        return []
    tried = []
    for sentence in sorted({_sentence_at(prepared, start) for start in evidence_starts}):
        rest = prepared.reading.without_sentence(sentence)
        facts = measure_facts(rest, prepared.message.envelope)
        after = float(model.scorer.score(rest, prepared.lang, facts).scores[number])
        if after < before:
            place = _sentence_place(prepared, sentence, "")
            tried.append((after, place))
    tried.sort(key=lambda item: item[0])
    starts = prepared.reading.char_starts() if tried else []
    return [_change(prepared, place, starts, label, before, after)
            for after, place in tried[:MAX_CHANGES]]  # fmt: skip


def _change(
    prepared: Prepared, place: _Place, starts: list[int], label: Label, before: float, after: float
) -> Change:
    last = place.end - 1
    end_char = starts[last] + len(prepared.reading.words[last])
    start, end = prepared.clean.original_span(starts[place.start], end_char)
    text = prepared.message.text[start:end]
    return Change(label, start, end, text, probability(before), probability(after))


def _sentence_at(prepared: Prepared, offset: int) -> int:
    """Return the number of the sentence that holds an offset into the message's text."""
    origins = prepared.clean.origins
    char = origins.index(offset)
    token = int(np.searchsorted(prepared.reading.char_starts(), char, side="right")) - 1
    return int(prepared.reading.sentence_of[token])
