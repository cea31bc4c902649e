"""From a Reading to scores: gather, add, and keep what was added, so that it can be explained.

All of a word's n-grams depend on the word alone, so their summed weights are kept in a table
with a row a word; a known word costs one look-up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from classifier.features.classes import class_columns
from classifier.features.message import message_columns
from classifier.features.relations import TACTIC_NAMES, relations_of, sentence_context
from classifier.features.sums import act_divisors, gram_divisors
from classifier.features.words import (
    HashSpec,
    char_columns,
    crc,
    feature_word,
    pair_columns,
    word_column,
)
from classifier.model.batch import Batch
from classifier.pipeline import Reading
from classifier.schema import LABELS

CHAR_WEIGHT = 0.3
"""Weight of a character n-gram beside a word in the sentence acts."""

BATCH_TOKENS = 8_192
"""Tokens scored at one time, about: their values (2 MB) should fit the processor's cache."""

MAX_TABLE_WORDS = 50_000
"""The table starts anew beyond this many words (20 MB); more bring no speed and fill the memory."""

_T, _L = len(TACTIC_NAMES), len(LABELS)
_ACTS = slice(0, _T)
_WORD = slice(_T, _T + _L)
_CHAR = slice(_T + _L, _T + 2 * _L)
_WORD_NORM, _CHAR_NORM = _T + 2 * _L, _T + 2 * _L + 1
_WIDTH = _T + 2 * _L + 2


@dataclass(frozen=True, slots=True)
class Weights:
    """What was learnt, as plain arrays; models/FORMAT.md says how they are stored."""

    hashing: HashSpec
    columns: np.ndarray
    """int32 (n_kept,), ascending: the hashed columns that carry weight."""
    idf: np.ndarray
    """float64 (n_kept,): inverse document frequency of each."""
    acts: np.ndarray
    """int8 or float64 (n_kept, n_tactics), in units of `act_scales`."""
    act_scales: np.ndarray
    """float64 (n_tactics,)."""
    grams: np.ndarray
    """float64 (n_kept, n_labels), already multiplied by idf."""
    act_relations: np.ndarray
    """float64 (n_context, n_tactics), rows as in CONTEXT_NAMES."""
    act_classes: np.ndarray
    """int8 or float64 (N_CLASS_COLUMNS, n_tactics), in units of `act_scales`."""
    act_intercepts: np.ndarray
    """float64 (n_tactics,)."""
    message: np.ndarray
    """float64 (n_labels, n_message_columns)."""
    intercepts: np.ndarray
    """float64 (n_labels,)."""


@dataclass(frozen=True, slots=True)
class Scored:
    """The scores of one message and the terms they are the sum of."""

    scores: np.ndarray
    """float64 (n_labels,): calibrated log-odds."""
    act_logits: np.ndarray
    """float64 (n_sentences, n_tactics): log-odds that a sentence does an act."""
    columns: np.ndarray
    """float64 (n_message_columns,)."""
    token_terms: np.ndarray
    """float64 (n_tokens, n_labels): what each token's n-grams add; pairs count for the second."""


class WordTable(dict[str, int]):
    """Word -> row of `rows`, filled when a word is first asked for; white space has row -1."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self.place = np.zeros(weights.hashing.n_columns, dtype=np.int32)
        """Column -> 1 + its place in the weights; 0 for a column that carries none."""
        self.place[weights.columns] = np.arange(1, len(weights.columns) + 1)
        self.grams = np.vstack([np.zeros(_L), weights.grams])
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
        values[_ACTS] = acts * self._weights.act_scales
        values[_WORD] = self.grams[at]
        values[_CHAR] = self.grams[chars].sum(axis=0)
        values[_WORD_NORM] = self.norms[at]
        values[_CHAR_NORM] = self.norms[chars].sum()


class Scorer:
    """Adds up weights. Holds a table of words met, no other state."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self._table = WordTable(weights)

    def score(self, reading: Reading, lang: str, facts: np.ndarray) -> Scored:
        """Return the scores of a Reading of at least one token.

        Args:
            reading: from `pipeline.read`.
            lang: one of LANGUAGES.
            facts: float64 (n_facts,) of `measure_facts`.
        """
        return self.score_all([(reading, lang, facts)])[0]

    def score_all(self, messages: Sequence[tuple[Reading, str, np.ndarray]]) -> list[Scored]:
        """Score many messages, each to the bit as `score` would; see there for the three values.

        Their tokens go through numpy in one array: a call of numpy costs more than the sums of one
        message.
        """
        scored: list[Scored] = []
        first = tokens = 0
        for after, (reading, _, _) in enumerate(messages, 1):
            tokens += len(reading.words)
            if tokens >= BATCH_TOKENS or after == len(messages):
                scored += self._score_batch(messages[first:after])
                first, tokens = after, 0
        return scored

    def _score_batch(self, messages: Sequence[tuple[Reading, str, np.ndarray]]) -> list[Scored]:
        weights = self.weights
        batch = Batch([reading for reading, _, _ in messages])
        kept, rows = self._look_up(batch)
        values = self._table.rows.take(rows, axis=0)
        sentence = batch.sentence_of[kept]
        pair_at, pairs = self._pairs(rows, sentence)
        token_terms = np.zeros((len(batch.sentence_of), _L))
        token_terms[kept] = self._gram_terms(values, batch.message_of[kept], pair_at, pairs)
        acts = values[:, _ACTS].copy()
        acts[pair_at] += self._table.acts.take(pairs, axis=0) * weights.act_scales
        self._add_classes(acts, kept, batch)
        act_sums = _sentence_sums(acts, sentence, batch.sentences[-1])
        all_relations = relations_of(batch.readings, batch.sentence_of)
        scored = []
        for i, (_, lang, facts) in enumerate(messages):
            sentences = slice(batch.sentences[i], batch.sentences[i + 1])
            relations, act_logits = all_relations[sentences], act_sums[sentences]
            act_logits += sentence_context(relations) @ weights.act_relations
            act_logits += weights.act_intercepts
            columns = message_columns(act_logits, relations, lang, facts)
            terms = token_terms[batch.tokens[i] : batch.tokens[i + 1]]
            scores = terms.sum(axis=0) + weights.message @ columns + weights.intercepts
            scored.append(Scored(scores, act_logits, columns, terms))
        return scored

    def _look_up(self, batch: Batch) -> tuple[np.ndarray, np.ndarray]:
        """Return the indices of the tokens that are words, and their rows in the table."""
        if len(self._table) > MAX_TABLE_WORDS:
            self._table.forget()
        found = np.fromiter(
            map(self._table.__getitem__, batch.norms), dtype=np.int64, count=batch.tokens[-1]
        )
        kept = np.flatnonzero(found >= 0)
        return kept, found[kept]

    def _pairs(self, rows: np.ndarray, sentence: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return where pairs end (indices into `rows`, none twice) and their places."""
        places = self._table.place[pair_columns(self._table.hashes[rows], self.weights.hashing)]
        known = np.flatnonzero((places > 0) & (sentence[1:] == sentence[:-1]))
        return known + 1, places[known]

    def _gram_terms(
        self, values: np.ndarray, message: np.ndarray, pair_at: np.ndarray, pairs: np.ndarray
    ) -> np.ndarray:
        """Return what each word adds: itself with its pair, and characters, each of norm 1."""
        norms = values[:, _WORD_NORM].copy()
        norms[pair_at] += self._table.norms[pairs]
        words = values[:, _WORD].copy()
        words[pair_at] += self._table.grams.take(pairs, axis=0)
        words /= _divisors(norms, message)
        words += values[:, _CHAR] / _divisors(values[:, _CHAR_NORM], message)
        return words

    def _add_classes(self, acts: np.ndarray, kept: np.ndarray, batch: Batch) -> None:
        """Add to the acts of each word (n_kept, n_tactics) those of its class and class pairs."""
        place = np.zeros(len(batch.classes), dtype=np.int64)
        place[kept] = np.arange(len(kept))
        for tokens, columns, weight in class_columns(batch.classes, batch.sentence_of):
            scales = weight * self.weights.act_scales
            acts[place[tokens]] += self.weights.act_classes.take(columns, axis=0) * scales


def _sentence_sums(acts: np.ndarray, sentence: np.ndarray, n_sentences: int) -> np.ndarray:
    """Return float64 (n_sentences, n_tactics): the words' part of the act log-odds."""
    sums = np.zeros((n_sentences, _T))
    starts = np.concatenate(([0], np.flatnonzero(sentence[1:] != sentence[:-1]) + 1))
    sums[sentence[starts]] = np.add.reduceat(acts, starts, axis=0)
    tokens = np.bincount(sentence, minlength=n_sentences)
    sums /= act_divisors(tokens)[:, None]
    return sums


def _divisors(squares: np.ndarray, message: np.ndarray) -> np.ndarray:
    """Return (n_words, 1): what the n-gram terms of each word are divided by in its message."""
    sums = np.bincount(message, weights=squares)
    return gram_divisors(sums, np.bincount(message))[message, None]
