"""What each word's n-grams add up to, a row a word.

All of a word's n-grams depend on the word alone, so a known word costs one look-up.
"""

from __future__ import annotations

import numpy as np

from classifier.features.relations import TACTIC_NAMES
from classifier.features.words import char_columns, crc, feature_word, word_column
from classifier.model.weights import Weights
from classifier.schema import LABELS

CHAR_WEIGHT = 0.3
"""Weight of a character n-gram beside a word in the sentence acts."""

_T, _L = len(TACTIC_NAMES), len(LABELS)
ACTS = slice(0, _T)
WORD = slice(_T, _T + _L)
CHAR = slice(_T + _L, _T + 2 * _L)
PASSAGE = slice(_T + 2 * _L, _T + 4 * _L)
"""What a word adds to a passage, then what its characters add."""

WORD_NORM, CHAR_NORM = _T + 4 * _L, _T + 4 * _L + 1
_WIDTH = _T + 4 * _L + 2
"""Columns of the rows; the names above say which hold what."""


class WordTable(dict[str, int]):
    """Word -> row of `rows`, filled when a word is first asked for; white space has row -1."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self.place = np.zeros(weights.hashing.n_columns, dtype=np.int32)
        """Column -> 1 + its place in the weights; 0 for a column that carries none."""
        self.place[weights.columns] = np.arange(1, len(weights.columns) + 1)
        self.grams = np.vstack([np.zeros(_L), weights.grams])
        self.passages = np.vstack([np.zeros(_L), weights.passages * weights.passage_scales])
        nothing = np.zeros((1, _T), dtype=weights.acts.dtype)
        # Row by row, however it is stored: `take` would first copy the whole table, every time.
        self.acts = np.ascontiguousarray(np.vstack([nothing, weights.acts]))
        self.norms = np.concatenate([[0.0], weights.idf**2])
        self.forget()

    def forget(self) -> None:
        """Start anew."""
        self.clear()
        self._filled = 0
        self.rows = np.zeros((1024, _WIDTH))
        self.hashes = np.zeros(1024, dtype=np.uint32)

    def __missing__(self, norm: str) -> int:
        """Work out the row of a new word."""
        word = feature_word(norm)
        self[norm] = row = self._filled if word else -1
        if word:
            self._filled += 1
            if row >= len(self.rows):
                self.rows = np.vstack([self.rows, np.zeros_like(self.rows)])
                self.hashes = np.concatenate([self.hashes, np.zeros_like(self.hashes)])
            self._fill(row, word)
        return row

    def _fill(self, row: int, word: str) -> None:
        hashing = self._weights.hashing
        self.hashes[row] = crc(word)
        at = self.place[word_column(crc(word), hashing)]
        chars = self.place[np.array(char_columns(word, hashing), dtype=np.int64)]
        values = self.rows[row]
        acts = self.acts[at] + CHAR_WEIGHT * self.acts[chars].sum(axis=0, dtype=np.float64)
        values[ACTS] = acts * self._weights.act_scales
        values[WORD] = self.grams[at]
        values[CHAR] = self.grams[chars].sum(axis=0)
        values[PASSAGE] = *self.passages[at], *self.passages[chars].sum(axis=0)
        values[WORD_NORM] = self.norms[at]
        values[CHAR_NORM] = self.norms[chars].sum()
