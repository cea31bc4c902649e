"""Facts about a whole message, each a small function with a unit; the table is the column order."""

from __future__ import annotations

import math
from collections.abc import Callable
from operator import itemgetter

import numpy as np

from classifier.languages import SIGNAL_NAMES
from classifier.pipeline import Reading
from classifier.schema import Envelope

Fact = Callable[[Reading, Envelope], float]

MANY = 10
"""From this many recipients on a message counts as sent to a crowd."""

_NUMBER = {name: number for number, name in enumerate(SIGNAL_NAMES)}
_SEARCH = frozenset(_NUMBER[name] for name in ("job_seeking", "cv_words", "unemployment"))
_first_character = itemgetter(0)
_OPENERS = frozenset("{[")
_DIGITS = frozenset("0123456789")
_GIVE, _ASK = _NUMBER["give_done"], _NUMBER["ask"]


def length(reading: Reading, envelope: Envelope) -> float:  # noqa: ARG001
    """Natural log of 1 + tokens, divided by 5 (about 1 at 150 tokens)."""
    return math.log1p(len(reading.words)) / 5


def sentences(reading: Reading, envelope: Envelope) -> float:  # noqa: ARG001
    """Natural log of 1 + sentences, divided by 3 (about 1 at 20 sentences)."""
    return math.log1p(reading.n_sentences) / 3


def asks_a_question(reading: Reading, envelope: Envelope) -> float:  # noqa: ARG001
    """1 if there is a question mark."""
    return float("?" in reading.words)


def unfilled_slot(reading: Reading, envelope: Envelope) -> float:  # noqa: ARG001
    """1 if a merge slot such as {{first_name}} or [Company] was left unfilled."""
    if _OPENERS.isdisjoint(map(_first_character, reading.words)):
        return 0.0
    return float(any(word[0] in _OPENERS and len(word) > 1 for word in reading.words))


def specifics(reading: Reading, envelope: Envelope) -> float:  # noqa: ARG001
    """Numbers and dates per token, times 5 (1 when every fifth token is one)."""
    numbers = sum(map(_DIGITS.__contains__, map(_first_character, reading.words)))
    return 5 * numbers / max(len(reading.words), 1)


def ask_position(reading: Reading, envelope: Envelope) -> float:  # noqa: ARG001
    """Where the last ask stands: 0 at the start or without an ask, 1 at the end."""
    asks = [token for number, token in reading.signals if number == _ASK]
    return max(asks) / len(reading.words) if asks else 0.0


def give_then_ask(reading: Reading, envelope: Envelope) -> float:  # noqa: ARG001
    """1 if an ask comes after something the writer says they have given."""
    gives = [token for number, token in reading.signals if number == _GIVE]
    asks = [token for number, token in reading.signals if number == _ASK]
    return float(bool(gives and asks and min(gives) < max(asks)))


def crowd_size(reading: Reading, envelope: Envelope) -> float:  # noqa: ARG001
    """Natural log of 1 + recipients, divided by 3; 0 when unknown."""
    return math.log1p(envelope.recipients) / 3


def hidden_crowd(reading: Reading, envelope: Envelope) -> float:  # noqa: ARG001
    """1 if MANY or more recipients stand in Bcc, or the sender writes to themselves with Bcc."""
    return float(envelope.bcc >= MANY or (envelope.to_self and envelope.bcc > 0))


def search_to_a_crowd(reading: Reading, envelope: Envelope) -> float:
    """1 if MANY or more recipients get a message that speaks of the sender's search or CV."""
    if envelope.recipients < MANY:
        return 0.0
    speaks = any(number in _SEARCH for number, _ in reading.signals)
    return float(speaks or envelope.cv_attached)


def cv_attached(reading: Reading, envelope: Envelope) -> float:  # noqa: ARG001
    """1 if a CV is attached."""
    return float(envelope.cv_attached)


def fake_thread(reading: Reading, envelope: Envelope) -> float:  # noqa: ARG001
    """1 if the subject claims a thread (Re:, Fwd:) that is not there."""
    return float(envelope.thread.startswith("fake"))


FACTS: tuple[Fact, ...] = (
    length,
    sentences,
    asks_a_question,
    unfilled_slot,
    specifics,
    ask_position,
    give_then_ask,
    crowd_size,
    hidden_crowd,
    search_to_a_crowd,
    cv_attached,
    fake_thread,
)
"""The columns, in order. A change here needs a new model: its manifest keeps these names."""

FACT_NAMES: tuple[str, ...] = tuple(fact.__name__ for fact in FACTS)

NO_ENVELOPE = Envelope()


def measure_facts(reading: Reading, envelope: Envelope | None) -> np.ndarray:
    """Return float64 (len(FACTS),): every fact of the message."""
    return np.array([fact(reading, envelope or NO_ENVELOPE) for fact in FACTS])
