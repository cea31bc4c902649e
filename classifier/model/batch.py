"""Readings laid end to end, so that one numpy call serves them all."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, chain

import numpy as np

from classifier.pipeline import Reading


class Batch:
    """Readings of at least one token each; sentences are numbered through."""

    def __init__(self, readings: Sequence[Reading]) -> None:
        self.readings = readings
        lengths = [len(reading.words) for reading in readings]
        # Looked up once, and never needed as a list.
        self.norms = chain.from_iterable(reading.norms for reading in readings)
        self.tokens = [0, *accumulate(lengths)]
        """n_readings + 1 indices: where each one's tokens begin."""
        self.sentences = [0, *accumulate(reading.n_sentences for reading in readings)]
        """n_readings + 1 indices: where each one's sentences begin."""
        self.message_of = np.repeat(np.arange(len(readings)), lengths)
        """int64 (n_tokens,): number of the reading."""
        self.message_of_sentence = np.repeat(np.arange(len(readings)), np.diff(self.sentences))
        """int64 (n_sentences,): number of the reading."""
        flat = chain.from_iterable(reading.classes for reading in readings)
        self.classes = np.fromiter(flat, dtype=np.int64, count=self.tokens[-1])
        """int64 (n_tokens,): place of the class of each, negative for none."""
        own = np.concatenate([reading.sentence_of for reading in readings])
        self.sentence_of = own + np.repeat(self.sentences[:-1], lengths)
        """int64 (n_tokens,): number of the sentence in the batch."""
