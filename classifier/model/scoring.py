"""From a Reading to scores: gather, add, and keep what was added, so that it can be explained.

What words add comes from a table with a row a word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from classifier.features.classes import class_columns
from classifier.features.message import message_columns
from classifier.features.passages import passage_sums
from classifier.features.relations import TACTIC_NAMES, relations_of, sentence_context
from classifier.features.sums import act_divisors, gram_divisors
from classifier.features.words import pair_columns
from classifier.model.batch import Batch
from classifier.model.weights import Weights
from classifier.model.word_table import (
    ACTS,
    CHAR,
    CHAR_NORM,
    PASSAGE,
    WORD,
    WORD_NORM,
    WordTable,
)
from classifier.pipeline import Reading
from classifier.schema import LABELS

BATCH_TOKENS = 8_192
"""Tokens scored at one time, about: their values (2 MB) should fit the processor's cache."""

MAX_TABLE_WORDS = 25_000
"""The table starts anew beyond this many words (10 MB); more bring no speed and fill the memory."""

_T, _L = len(TACTIC_NAMES), len(LABELS)


@dataclass(frozen=True, slots=True)
class Scored:
    """The scores of one message and the terms they are the sum of."""

    scores: np.ndarray
    """float64 (n_labels,): calibrated log-odds."""
    act_logits: np.ndarray
    """float64 (n_sentences, n_tactics): log-odds that a sentence does an act."""
    passage_logits: np.ndarray
    """float64 (n_sentences, n_labels): log-odds that the passage begun there is an offence."""
    columns: np.ndarray
    """float64 (n_message_columns,)."""
    token_terms: np.ndarray
    """float64 (n_tokens, n_labels): what each token's n-grams add; pairs count for the second."""


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
        values[pair_at, WORD_NORM] += self._table.norms[pairs]
        token_terms = np.zeros((len(batch.sentence_of), _L))
        token_terms[kept] = self._gram_terms(values, batch.message_of[kept], pair_at, pairs)
        all_passages = self._passage_logits(values, sentence, batch, pair_at, pairs)
        acts = values[:, ACTS].copy()
        acts[pair_at] += self._table.acts.take(pairs, axis=0) * weights.act_scales
        self._add_classes(acts, kept, batch)
        act_sums = _sentence_sums(acts, sentence, batch.sentences[-1])
        all_relations = relations_of(batch.readings, batch.sentence_of)
        scored = []
        for i, (_, lang, facts) in enumerate(messages):
            sentences = slice(batch.sentences[i], batch.sentences[i + 1])
            relations, act_logits = all_relations[sentences], act_sums[sentences]
            passage_logits = all_passages[sentences]
            act_logits += sentence_context(relations) @ weights.act_relations
            act_logits += weights.act_intercepts
            columns = message_columns(act_logits, passage_logits, relations, lang, facts)
            terms = token_terms[batch.tokens[i] : batch.tokens[i + 1]]
            scores = terms.sum(axis=0) + weights.message @ columns + weights.intercepts
            scored.append(Scored(scores, act_logits, passage_logits, columns, terms))
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
        words = values[:, WORD].copy()
        words[pair_at] += self._table.grams.take(pairs, axis=0)
        words /= _divisors(values[:, WORD_NORM], message)
        words += values[:, CHAR] / _divisors(values[:, CHAR_NORM], message)
        return words

    def _passage_logits(
        self,
        values: np.ndarray,
        sentence: np.ndarray,
        batch: Batch,
        pair_at: np.ndarray,
        pairs: np.ndarray,
    ) -> np.ndarray:
        """Return float64 (n_sentences, n_labels): the log-odds of each passage."""
        added = np.empty((len(values), 2 * _L + 3))
        added[:, : 2 * _L] = values[:, PASSAGE]
        added[pair_at, :_L] += self._table.passages.take(pairs, axis=0)
        added[:, 2 * _L : -1] = values[:, [WORD_NORM, CHAR_NORM]]
        added[:, -1] = 1.0
        sums = np.zeros((batch.sentences[-1], added.shape[1]))
        starts = _starts(sentence)
        sums[sentence[starts]] = np.add.reduceat(added, starts, axis=0)
        sums = passage_sums(sums, batch.message_of_sentence)
        words, chars, norms, count = np.split(sums, [_L, 2 * _L, 2 * _L + 2], axis=1)
        divisors = gram_divisors(norms, count)
        logits: np.ndarray = words / divisors[:, :1] + chars / divisors[:, 1:]
        logits += self.weights.passage_intercepts
        return logits

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
    starts = _starts(sentence)
    sums[sentence[starts]] = np.add.reduceat(acts, starts, axis=0)
    tokens = np.bincount(sentence, minlength=n_sentences)
    sums /= act_divisors(tokens)[:, None]
    return sums


def _starts(sentence: np.ndarray) -> np.ndarray:
    """Return the indices at which another sentence begins."""
    return np.concatenate(([0], np.flatnonzero(sentence[1:] != sentence[:-1]) + 1))


def _divisors(squares: np.ndarray, message: np.ndarray) -> np.ndarray:
    """Return (n_words, 1): what the n-gram terms of each word are divided by in its message."""
    sums = np.bincount(message, weights=squares)
    return gram_divisors(sums, np.bincount(message))[message, None]
