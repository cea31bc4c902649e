"""The stages that learn what parts of a message say: acts, passages, n-grams of the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression

from classifier.corpus import Example
from classifier.preparation import Prepared
from classifier.training.design import (
    Counts,
    act_matrix,
    act_targets,
    gram_matrix,
    inverse_document_frequency,
    passage_targets,
)
from classifier.training.fits import Crew, Fit, logistic
from classifier.training.recipe import Recipe
from classifier.training.splits import Splits


@dataclass(frozen=True, slots=True)
class Stage:
    """What fitting a stage gives."""

    models: list[LogisticRegression]
    """One a tactic or label, of all messages."""
    logits: np.ndarray
    """float64 (n_rows, n_models): log-odds from models that did not see the row's message."""


class PartStages:
    """Fits stages on the parts of the same messages.

    Attributes:
        columns: int32 (n_kept,), the hashed columns that are learnt from.
        idf: float64 (n_kept,).
        counts: their n-grams.
        splits: folds; each stage has its own, so that no stage tunes to another's.
        labels: int (n_messages, n_labels).
        act_y: int8 (n_sentences, n_tactics), 1 where the annotators marked the act.
    """

    def __init__(
        self,
        examples: Sequence[Example],
        prepared: Sequence[Prepared],
        weights: np.ndarray | None,
        recipe: Recipe,
        crew: Crew,
    ) -> None:
        self._recipe, self._crew, self._weights = recipe, crew, weights
        crew.begin("counting words", 0.05)
        self.counts = Counts(prepared, recipe.hashing)
        self.columns = self.counts.prune(recipe.min_df)
        self.idf = inverse_document_frequency(self.counts)
        self.labels = np.array([example.labels for example in examples])
        self.splits = Splits(examples, recipe.seed)
        pairs = zip(examples, prepared, strict=True)
        self.act_y = np.vstack([act_targets(example, p) for example, p in pairs])
        self._marked = np.array([bool(e.spans or not any(e.labels)) for e in examples])

    def acts(self) -> Stage:
        """Learn what each sentence does; rows are sentences, models tactics."""
        recipe = self._recipe
        fit_one = logistic(recipe.act_c, recipe.act_tolerance)
        folds = self.splits.folds(0, recipe.act_folds)
        shares = (0.35, 0.3)
        return self._of_sentences(
            "what sentences do", fit_one, act_matrix(self.counts), self.act_y, folds, shares
        )

    def passages(self) -> Stage:
        """Learn which passages are offences; rows are passages, models labels."""
        recipe = self._recipe
        fit_one = logistic(recipe.passage_c, recipe.passage_tolerance)
        folds = self.splits.folds(3, recipe.passage_folds)
        x = gram_matrix(self.counts, self.idf, self.counts.passage_adder())
        y = passage_targets(self.act_y, self.labels, self.counts.message_of)
        return self._of_sentences("passages", fit_one, x, y, folds, (0.03, 0.07))

    def grams(self) -> Stage:
        """Learn which n-grams speak for a label; rows are messages, models labels."""
        recipe, crew = self._recipe, self._crew
        x = gram_matrix(self.counts, self.idf, self.counts.adder())
        fit_one = logistic(recipe.gram_c, recipe.tolerance)
        crew.begin("learning words", 0.03)
        models = crew.fit_all(fit_one, x, self.labels, self._weights)
        folds = self.splits.folds(1, recipe.folds)
        crew.begin("testing words", 0.12)
        return Stage(models, crew.out_of_fold(fit_one, x, self.labels, self._weights, folds))

    def _of_sentences(
        self,
        what: str,
        fit_one: Fit,
        x: sp.csr_matrix,
        y: np.ndarray,
        folds: Sequence[tuple[np.ndarray, np.ndarray]],
        shares: tuple[float, float],
    ) -> Stage:
        """Fit a stage whose rows are sentences, or passages by their first.

        Of an offence in which nobody marked the words, no sentence is known to be free of it: such
        messages teach the other stages only.
        """
        counts, crew, weights = self.counts, self._crew, self._weights
        sentences = None if weights is None else weights[counts.message_of]
        rows = counts.rows_of(np.flatnonzero(self._marked))
        crew.begin(f"learning {what}", shares[0])
        models = crew.fit_all(fit_one, x, y, sentences, rows)
        parts = [(counts.rows_of(a[self._marked[a]]), counts.rows_of(b)) for a, b in folds]
        crew.begin(f"testing {what}", shares[1])
        return Stage(models, crew.out_of_fold(fit_one, x, y, sentences, parts))
