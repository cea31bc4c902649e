"""Cues and signals by sentence: who asks what of whom, in a matrix of noughts and ones."""

from __future__ import annotations

import numpy as np

from classifier.languages import SIGNAL_NAMES
from classifier.pipeline import Reading
from classifier.schema import TACTICS

TACTIC_NAMES: tuple[str, ...] = tuple(TACTICS)
"""The acts a sentence can do, in the order of every array."""

RELATION_NAMES: tuple[str, ...] = (*(f"cue:{name}" for name in TACTIC_NAMES), *SIGNAL_NAMES)

CONTEXT_NAMES: tuple[str, ...] = tuple(
    f"{place}:{name}" for place in ("here", "before", "after") for name in RELATION_NAMES
)
"""Columns of `sentence_context`: the sentence's own relations, and its neighbours'."""

NEIGHBOUR_SCALE = 0.5
"""What stands in the sentence before or after counts half."""

_TACTIC_NUMBER = {name: number for number, name in enumerate(TACTIC_NAMES)}


def sentence_relations(reading: Reading) -> np.ndarray:
    """Return float64 (n_sentences, len(RELATION_NAMES)): 1 where a sentence has the relation."""
    found = np.zeros((reading.n_sentences, len(RELATION_NAMES)))
    places = [(match.start, _TACTIC_NUMBER[match.tactic]) for match in reading.cues]
    places += [(token, len(TACTIC_NAMES) + number) for number, token in reading.signals]
    if places:
        tokens, columns = zip(*places, strict=True)
        found[reading.sentence_of[list(tokens)], columns] = 1.0
    return found


def sentence_context(relations: np.ndarray) -> np.ndarray:
    """Return float64 (n_sentences, len(CONTEXT_NAMES)): relations beside the neighbours' own.

    An ask right after a give is another act than the same ask alone.
    """
    n, width = relations.shape
    context = np.zeros((n, 3 * width))
    context[:, :width] = relations
    context[1:, width : 2 * width] = NEIGHBOUR_SCALE * relations[:-1]
    context[:-1, 2 * width :] = NEIGHBOUR_SCALE * relations[1:]
    return context
