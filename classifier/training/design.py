"""Design matrices: the same n-grams and relations as scoring, as sparse matrices to learn from."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
import scipy.sparse as sp

from classifier.corpus import Example
from classifier.features.classes import N_CLASS_COLUMNS, class_columns
from classifier.features.message import CODE_NUMBERS
from classifier.features.passages import members, passage_sums
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
from classifier.model.word_table import CHAR_WEIGHT
from classifier.preparation import Prepared

MIN_COVER = 4
"""A sentence does an act when a span covers this many of its tokens, or half of a shorter one."""


class Counts:
    """N-gram counts of messages by sentence.

    Attributes:
        words: CSR (n_sentences, n_columns), word 1- and 2-grams of all messages' sentences.
        chars: CSR (n_sentences, n_columns), character n-grams.
        tokens: float64 (n_sentences,), words counted in each sentence.
        relations: float64 (n_sentences, n_relations).
        classes: CSR (n_sentences, N_CLASS_COLUMNS), class n-grams, weighted.
        first: int64 (n_messages + 1,), where each message's sentences begin.
    """

    def __init__(self, prepared: Sequence[Prepared], hashing: HashSpec) -> None:
        batch = Batch([p.reading for p in prepared])
        self.first = np.array(batch.sentences)
        self.words, self.chars, self.tokens = _gram_counts(batch, hashing)
        self.relations = relations_of(batch.readings, batch.sentence_of)
        self.classes = _class_counts(batch)

    def prune(self, min_df: int) -> np.ndarray:
        """Drop columns in fewer than `min_df` messages; return int32 those kept, ascending."""
        adder = self.adder()
        df = sum(((adder @ m) > 0).sum(axis=0).A1 for m in (self.words, self.chars))
        kept = np.flatnonzero(df >= min_df).astype(np.int32)
        self.words, self.chars = self.words[:, kept], self.chars[:, kept]
        return kept

    @property
    def message_of(self) -> np.ndarray:
        """int64 (n_sentences,): number of the message each stands in."""
        return np.repeat(np.arange(len(self.first) - 1), np.diff(self.first))

    def passage_adder(self) -> sp.csr_matrix:
        """Return CSR (n_sentences, n_sentences) that adds up the sentences of each passage."""
        passages, sentences = zip(*members(self.message_of), strict=True)
        places = (np.concatenate(passages), np.concatenate(sentences))
        n_sentences = int(self.first[-1])
        return sp.csr_matrix((np.ones(len(places[0])), places), shape=(n_sentences, n_sentences))

    def adder(self) -> sp.csr_matrix:
        """Return CSR (n_messages, n_sentences) that adds up the sentences of each message."""
        n_sentences = int(self.first[-1])
        return sp.csr_matrix(
            (np.ones(n_sentences), np.arange(n_sentences), self.first),
            shape=(len(self.first) - 1, n_sentences),
        )

    def rows_of(self, messages: np.ndarray) -> np.ndarray:
        """Return int64 numbers of the sentences of these messages."""
        rows = [np.arange(self.first[i], self.first[i + 1]) for i in messages]
        return np.concatenate([np.empty(0, dtype=np.int64), *rows])


def _gram_counts(
    batch: Batch, hashing: HashSpec
) -> tuple[sp.csr_matrix, sp.csr_matrix, np.ndarray]:
    """Return the n-gram counts by sentence, words and characters, and how many words there are.

    What a word's n-grams are depends on the word alone: count the words, multiply by their n-grams.
    """
    vocabulary: dict[str, int] = {}
    found = [vocabulary.setdefault(w, len(vocabulary)) if (w := feature_word(n)) else -1
             for n in batch.norms]  # fmt: skip
    words = np.array(found, dtype=np.int64)
    kept = words >= 0
    words, sentences = words[kept], batch.sentence_of[kept]
    n_sentences = batch.sentences[-1]
    hashes = np.array([crc(word) for word in vocabulary], dtype=np.uint32)
    same = sentences[1:] == sentences[:-1]
    singles = np.array([word_column(int(h), hashing) for h in hashes], dtype=np.int64)[words]
    pairs = pair_columns(hashes[words], hashing)[same]
    rows = np.concatenate([sentences, sentences[1:][same]])
    grams = _counted(rows, np.concatenate([singles, pairs]), (n_sentences, hashing.n_columns))
    seen = _counted(sentences, words, (n_sentences, len(vocabulary)))
    spelt = [char_columns(word, hashing) for word in vocabulary]
    owners = np.repeat(np.arange(len(spelt)), [len(columns) for columns in spelt])
    columns = np.fromiter(chain.from_iterable(spelt), dtype=np.int64, count=len(owners))
    chars = seen @ _counted(owners, columns, (len(vocabulary), hashing.n_columns))
    return grams, chars, np.bincount(sentences, minlength=n_sentences).astype(float)


def _counted(rows: np.ndarray, columns: np.ndarray, shape: tuple[int, int]) -> sp.csr_matrix:
    """Return CSR `shape`: how often each row and column come together."""
    return sp.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)


def _class_counts(batch: Batch) -> sp.csr_matrix:
    found = list(class_columns(batch.classes, batch.sentence_of))
    rows = np.concatenate([batch.sentence_of[tokens] for tokens, _, _ in found])
    columns = np.concatenate([columns for _, columns, _ in found])
    weights = np.concatenate([np.full(len(tokens), weight) for tokens, _, weight in found])
    return sp.csr_matrix((weights, (rows, columns)), shape=(batch.sentences[-1], N_CLASS_COLUMNS))


def act_matrix(counts: Counts) -> sp.csr_matrix:
    """Return CSR (n_sentences, n_kept + N_CLASS_COLUMNS + n_context): to learn the acts from."""
    scale = sp.diags(1 / act_divisors(counts.tokens))
    grams = scale @ sp.hstack([counts.words + CHAR_WEIGHT * counts.chars, counts.classes])
    bounds = zip(counts.first, counts.first[1:], strict=False)
    context = np.vstack([sentence_context(counts.relations[a:b]) for a, b in bounds])
    return _canonical(sp.hstack([grams, sp.csr_matrix(context)], format="csr"))


def gram_matrix(counts: Counts, idf: np.ndarray, adder: sp.csr_matrix) -> sp.csr_matrix:
    """Return CSR (n_rows, n_kept): idf-weighted counts, words and characters of norm 1 each.

    A row is a message or a passage, as `adder` adds up sentences. The norm is less in a long one.
    It is taken over occurrences, not over distinct n-grams, so that a word's share can be looked up
    without knowing the rest.
    """
    words = adder @ counts.tokens
    parts = []
    for counted in (adder @ counts.words, adder @ counts.chars):
        divisors = gram_divisors(counted @ idf**2, words)
        parts.append(sp.diags(1 / divisors) @ counted @ sp.diags(idf))
    return _canonical((parts[0] + parts[1]).tocsr())


def _canonical(matrix: sp.csr_matrix) -> sp.csr_matrix:
    """Sort the indices in place now: parallel readers must not race to do it."""
    matrix.sum_duplicates()
    return matrix


def inverse_document_frequency(counts: Counts) -> np.ndarray:
    """Return float64 (n_kept,): ln((1 + n) / (1 + df)) + 1, as scikit-learn smooths it."""
    adder = counts.adder()
    df = sum(((adder @ m) > 0).sum(axis=0).A1 for m in (counts.words, counts.chars))
    idf: np.ndarray = np.log((1 + adder.shape[0]) / (1 + df)) + 1
    return idf


def act_targets(example: Example, prepared: Prepared) -> np.ndarray:
    """Return int8 (n_sentences, n_tactics): 1 where the annotators marked the act."""
    reading, origins = prepared.reading, prepared.clean.origins
    starts = reading.char_starts()
    covered = np.zeros((reading.n_sentences, len(TACTIC_NAMES)))
    sizes = np.zeros(reading.n_sentences)
    for word, start, sentence in zip(reading.words, starts, reading.sentence_of, strict=False):
        if word[0].isspace():
            continue
        sizes[sentence] += 1
        for span in example.spans:
            if span.start <= origins[start] < span.end:
                covered[sentence, TACTIC_NAMES.index(span.tactic)] += 1
    enough = np.clip(sizes / 2, 1, MIN_COVER)[:, None]
    return (covered >= enough).astype(np.int8)


def passage_targets(acts: np.ndarray, labels: np.ndarray, message_of: np.ndarray) -> np.ndarray:
    """Return int8 (n_sentences, n_labels): 1 for a passage that is an offence by itself.

    That is one in which the guideline's rule holds: a primary, two secondaries, a link.

    Args:
        acts: int8 (n_sentences, n_tactics) of `act_targets`.
        labels: int (n_messages, n_labels); an exception may lift what the rule says.
        message_of: int (n_sentences,), the message each sentence stands in.
    """
    done = passage_sums(acts, message_of) > 0
    primary, secondary, link = (done[:, numbers].sum(axis=1) for numbers in CODE_NUMBERS.values())
    blast = (primary >= 1) | (secondary >= len(("one", "another")))
    rule = np.column_stack([blast, link >= 1])
    targets: np.ndarray = rule & (labels[message_of] > 0)
    return targets.astype(np.int8)
