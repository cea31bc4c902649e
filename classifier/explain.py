"""Why a message got its scores: evidence in its words, reasons that add up, and what would change.

Nothing here is a story about the run; all of it is terms of the one sum that is the score.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
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

SMALL = 0.1
"""Terms below this many log-odds are summed up in one reason."""

MAX_CHANGES = 2
"""Sentences tried without, a label: those whose evidence weighs most."""

SHOWS_OFFENCE = -1.5
"""Log-odds from which a sentence of a message that is flagged, or in doubt, is shown for a tactic
of that label: out of fold four of five such sentences are ones that annotators marked."""

SHOWS_HEALTHY = 0.0
"""The same for a healthy sign, in any message."""


_SHOWN_FROM = np.array([SHOWS_OFFENCE if TACTICS[name] else SHOWS_HEALTHY for name in TACTIC_NAMES])
_COLUMNS_OF = {
    tactic: [i for i, group in enumerate(COLUMN_GROUPS) if group == tactic] for tactic in TACTICS
}


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
    found = (
        _evidence(prepared, place, shares.get(place.tactic, 0.0) / counts[place.tactic])
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
    for sentence, number in np.argwhere(scored.act_logits >= _SHOWN_FROM).tolist():
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
    columns = _COLUMNS_OF[tactic]
    terms = model.scorer.weights.message[:, columns] @ scored.columns[columns]
    label = TACTICS[tactic]
    return float(min(0.0, terms.min()) if label is None else terms[LABELS.index(label)])


def _evidence(prepared: Prepared, place: _Place, weight: float) -> Evidence | None:
    """Return the evidence at `place` in the user's own text; None if it is in the subject."""
    start, end = _span_of(prepared, place)
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
    loudest = sorted((e for e in found if e.label == label), key=lambda e: -e.weight)
    sentences = dict.fromkeys(_sentence_at(prepared, item.start) for item in loudest)
    tried = []
    for sentence in list(sentences)[:MAX_CHANGES]:
        rest = prepared.reading.without_sentence(sentence)
        facts = measure_facts(rest, prepared.message.envelope)
        after = float(model.scorer.score(rest, prepared.lang, facts).scores[number])
        if after < before:
            place = _sentence_place(prepared, sentence, "")
            tried.append(_change(prepared, place, label, before, after))
    return sorted(tried, key=lambda change: change.after)


def _change(prepared: Prepared, place: _Place, label: Label, before: float, after: float) -> Change:
    start, end = _span_of(prepared, place)
    text = prepared.message.text[start:end]
    return Change(label, start, end, text, probability(before), probability(after))


def _sentence_at(prepared: Prepared, offset: int) -> int:
    """Return the number of the sentence that holds an offset into the message's text."""
    char = bisect_right(prepared.clean.origins, offset) - 1
    token = bisect_right(prepared.char_starts, char) - 1
    return int(prepared.reading.sentence_of[token])


def _span_of(prepared: Prepared, place: _Place) -> tuple[int, int]:
    """Return the offsets into the message's text of a place; negative in the subject."""
    starts, last = prepared.char_starts, place.end - 1
    end_char = starts[last] + len(prepared.reading.words[last])
    return prepared.clean.original_span(starts[place.start], end_char)
