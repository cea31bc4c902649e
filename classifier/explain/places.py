"""Where in a message the tactics and healthy signs stand."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

from classifier.features.relations import TACTIC_NAMES
from classifier.model import Scored
from classifier.preparation import Prepared
from classifier.schema import LABELS, TACTICS, Label

SHOWS_OFFENCE = -1.5
"""Log-odds from which a sentence of a message that is flagged, or in doubt, is shown for a tactic
of that label. Lower than even odds: the message is already suspect, only the place is asked."""

SHOWS_HEALTHY = 0.0
"""The same for a healthy sign, in any message."""


_SHOWN_FROM = np.array([SHOWS_OFFENCE if TACTICS[name] else SHOWS_HEALTHY for name in TACTIC_NAMES])


@dataclass(frozen=True, slots=True)
class Place:
    """Where a tactic was found, in tokens."""

    tactic: str
    start: int
    end: int
    sentence: int
    cue: str


def find_places(prepared: Prepared, scored: Scored) -> list[Place]:
    """Return the cues found, then sentences that do an act no cue of theirs shows."""
    reading = prepared.reading
    places = [
        Place(cue.tactic, cue.start, cue.end, int(reading.sentence_of[cue.start]), cue.cue)
        for cue in reading.cues
    ]
    shown = {(place.sentence, place.tactic) for place in places}
    sentences, numbers = (scored.act_logits >= _SHOWN_FROM).nonzero()
    for sentence, number in zip(sentences.tolist(), numbers.tolist(), strict=True):
        if (sentence, TACTIC_NAMES[number]) not in shown:
            places.append(sentence_place(prepared, sentence, TACTIC_NAMES[number]))
    return places


def sentence_place(prepared: Prepared, sentence: int, tactic: str) -> Place:
    """Return the place of a whole sentence, without the white space around it."""
    reading = prepared.reading
    start, end = np.searchsorted(reading.sentence_of, (sentence, sentence + 1)).tolist()
    while reading.words[end - 1].isspace():
        end -= 1
    while start < end - 1 and reading.words[start].isspace():
        start += 1
    return Place(tactic, start, end, sentence, "")


def strongest_sentence(prepared: Prepared, scored: Scored, label: Label) -> Place:
    """Return the sentence whose n-grams speak most for `label`, with its likeliest tactic."""
    reading = prepared.reading
    terms = scored.token_terms[:, LABELS.index(label)]
    sums = np.bincount(reading.sentence_of, weights=terms, minlength=reading.n_sentences)
    tactics = [i for i, name in enumerate(TACTIC_NAMES) if TACTICS[name] == label]
    logits = scored.act_logits[:, tactics]
    loudness = sums + logits.max(axis=1)
    loudness[: first_of_text(prepared)] = -np.inf
    sentence = int(np.argmax(loudness))
    return sentence_place(prepared, sentence, TACTIC_NAMES[tactics[logits[sentence].argmax()]])


def first_of_text(prepared: Prepared) -> int:
    """Return the number of the first sentence that is not the subject."""
    token = bisect_right(prepared.char_starts, bisect_right(prepared.clean.origins, -1)) - 1
    subject = prepared.clean.origins[0] < 0
    return int(prepared.reading.sentence_of[token]) + 1 if subject else 0


def in_text(prepared: Prepared, place: Place) -> bool:
    """Tell whether `place` is in the text, not in the subject before it."""
    start, end = span_of(prepared, place)
    return 0 <= start < end


def sentence_at(prepared: Prepared, offset: int) -> int:
    """Return the number of the sentence that holds an offset into the message's text."""
    char = bisect_right(prepared.clean.origins, offset) - 1
    token = bisect_right(prepared.char_starts, char) - 1
    return int(prepared.reading.sentence_of[token])


def span_of(prepared: Prepared, place: Place) -> tuple[int, int]:
    """Return the offsets into the message's text of a place; negative in the subject."""
    starts, last = prepared.char_starts, place.end - 1
    end_char = starts[last] + len(prepared.reading.words[last])
    return prepared.clean.original_span(starts[place.start], end_char)
