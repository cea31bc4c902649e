"""Fit the three linear stages, calibrate them out of fold, and fold all into one set of weights.

Stage one, the *acts*: does this sentence do tactic t? Stage two, the *grams*: which n-grams speak
for a label? Stage three weighs the acts, relations and facts of a message and the score of its
n-grams (stacking; Wolpert 1992, Ting and Witten 1999: trained on out-of-fold outputs of the
stages before). The sum of linear stages is linear, so Platt's (1999) calibration line folds in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression

from classifier.corpus import Example
from classifier.features.classes import N_CLASS_COLUMNS
from classifier.features.message import COLUMN_GROUPS, MESSAGE_COLUMNS, message_columns, weighs_in
from classifier.features.words import HashSpec
from classifier.model.scoring import Weights
from classifier.preparation import Prepared
from classifier.schema import LABELS, Label
from classifier.training.design import (
    Counts,
    act_matrix,
    act_targets,
    gram_matrix,
    inverse_document_frequency,
)
from classifier.training.fits import Crew, Tell, calibration, logistic, silent
from classifier.training.splits import Splits


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a training run may vary; stored in the model's manifest."""

    seed: int = 20261123
    folds: int = 5
    act_folds: int = 2
    """The acts have many more models and rows; more folds gain nothing out of fold."""
    min_df: int = 7
    """An n-gram counts when it stands in this many messages; fewer gain nothing out of fold."""
    act_c: float = 3.0
    """Inverse L2 penalty of the acts (LogisticRegression's C)."""
    act_tolerance: float = 1.0
    """When liblinear stops on the acts; smaller takes longer and gains nothing out of fold."""
    tolerance: float = 0.1
    """The same for the other fits."""
    gram_c: float = 20.0
    message_c: float = 0.3
    n_jobs: int = 2
    hashing: HashSpec = field(default_factory=HashSpec)


@dataclass(frozen=True, slots=True)
class Fitted:
    """What a training run gives."""

    weights: Weights
    out_of_fold: np.ndarray
    """float64 (n_examples, n_labels): probabilities from models that did not see them."""
    act_out_of_fold: np.ndarray
    """float64 (n_sentences, n_tactics): log-odds of the acts, likewise."""


def fit(
    examples: Sequence[Example],
    prepared: Sequence[Prepared],
    recipe: Recipe,
    weights: np.ndarray | None = None,
    tell: Tell = silent,
) -> Fitted:
    """Learn weights from examples and their prepared messages, in the same order.

    Args:
        examples: n of them.
        prepared: their messages.
        recipe: what may vary.
        weights: float64 (n,), how much each example counts; None counts all alike.
        tell: is told what is being done, and the share of all the fits that are done.
    """
    crew = Crew(recipe.n_jobs, tell)
    crew.begin("counting words", 0.05)
    counts = Counts(prepared, recipe.hashing)
    columns = counts.prune(recipe.min_df)
    idf = inverse_document_frequency(counts)
    labels = np.array([example.labels for example in examples])
    splits = Splits(examples, recipe.seed)

    acts, act_logits = _act_stage(
        examples, prepared, counts, weights, splits, recipe=recipe, crew=crew
    )

    gram_x = gram_matrix(counts, idf)
    gram_fit = logistic(recipe.gram_c, recipe.tolerance)
    crew.begin("learning words", 0.03)
    grams = crew.fit_all(gram_fit, gram_x, labels, weights)
    gram_folds = splits.folds(1, recipe.folds)
    crew.begin("testing words", 0.12)
    gram_logits = crew.out_of_fold(gram_fit, gram_x, labels, weights, gram_folds)

    message_x = _message_matrix(prepared, counts, act_logits, gram_logits)
    crew.begin("weighing it all", 0.05)
    folds = splits.folds(2, recipe.folds)
    final, scores = _weighed(message_x, labels, weights, folds, recipe)
    lines = [calibration(scores[:, i], labels[:, i], weights) for i in range(len(LABELS))]

    folded = _folded(_Stages(acts, grams, final, lines), columns, idf, recipe.hashing)
    return Fitted(folded, _probabilities(scores, lines), act_logits)


def _message_matrix(
    prepared: Sequence[Prepared], counts: Counts, act_logits: np.ndarray, gram_logits: np.ndarray
) -> sp.csr_matrix:
    """Return CSR (n_messages, n_message_columns + n_labels): to weigh it all from."""
    rows = [
        message_columns(act_logits[a:b], counts.relations[a:b], p.lang, p.facts)
        for p, a, b in zip(prepared, counts.first, counts.first[1:], strict=False)
    ]
    return sp.csr_matrix(np.hstack([np.array(rows), gram_logits]))


def _act_stage(  # noqa: PLR0913 - a stage of `fit`, which knows all of these
    examples: Sequence[Example],
    prepared: Sequence[Prepared],
    counts: Counts,
    weights: np.ndarray | None,
    splits: Splits,
    *,
    recipe: Recipe,
    crew: Crew,
) -> tuple[list[LogisticRegression], np.ndarray]:
    """Return a model for each act, and the log-odds out of fold, (n_sentences, n_tactics).

    Of an offence in which nobody marked the words, no sentence is known to be free of it: such
    messages teach the other stages only.
    """
    x = act_matrix(counts)
    pairs = zip(examples, prepared, strict=True)
    y = np.vstack([act_targets(example, p) for example, p in pairs])
    fit_one = logistic(recipe.act_c, recipe.act_tolerance)
    sentences = None if weights is None else np.repeat(weights, np.diff(counts.first))
    crew.begin("learning what sentences do", 0.4)
    marked = np.array([bool(example.spans or not any(example.labels)) for example in examples])
    rows = counts.rows_of(np.flatnonzero(marked))
    acts = crew.fit_all(fit_one, x[rows], y[rows], None if sentences is None else sentences[rows])
    folds = [
        (counts.rows_of(a[marked[a]]), counts.rows_of(b))
        for a, b in splits.folds(0, recipe.act_folds)
    ]
    crew.begin("testing what sentences do", 0.35)
    return acts, crew.out_of_fold(fit_one, x, y, sentences, folds)


def _weighed(
    x: sp.csr_matrix,
    labels: np.ndarray,
    weights: np.ndarray | None,
    folds: list[tuple[np.ndarray, np.ndarray]],
    recipe: Recipe,
) -> tuple[list[LogisticRegression], np.ndarray]:
    """Return the model of the last stage for each label, and its log-odds out of fold."""
    fit_one, crew = logistic(recipe.message_c, recipe.tolerance), Crew(1)
    final, scores = [], np.zeros(labels.shape)
    for i, label in enumerate(LABELS):
        own, y = x @ sp.diags(_own_columns(label)), labels[:, [i]]
        final += crew.fit_all(fit_one, own, y, weights)
        scores[:, [i]] = crew.out_of_fold(fit_one, own, y, weights, folds)
    return final, scores


def _probabilities(scores: np.ndarray, lines: list[tuple[float, float]]) -> np.ndarray:
    slopes, offsets = np.array(lines).T
    return np.asarray(1 / (1 + np.exp(-(scores * slopes + offsets))))


def _own_columns(label: Label) -> np.ndarray:
    """Return float64 (n_message_columns + n_labels,): 1 for what may weigh in `label`, else 0."""
    message = [weighs_in(group, label) for group in COLUMN_GROUPS]
    grams = [known == label for known in LABELS]
    return np.array([*message, *grams], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class _Stages:
    """The fitted stages, a model a tactic or label."""

    acts: list[LogisticRegression]
    grams: list[LogisticRegression]
    final: list[LogisticRegression]
    lines: list[tuple[float, float]]
    """Slope and offset of each label's calibration."""


def _folded(stages: _Stages, columns: np.ndarray, idf: np.ndarray, hashing: HashSpec) -> Weights:
    """Multiply the stages out, so that one sum gives the calibrated log-odds."""
    slopes, offsets = np.array(stages.lines).T
    act_coef, act_intercepts = _stacked(stages.acts)
    gram_coef, gram_intercepts = _stacked(stages.grams)
    final_coef, final_intercepts = _stacked(stages.final)
    n_words, n_message = len(columns), len(MESSAGE_COLUMNS)
    words, classes, relations = np.split(act_coef, [n_words, n_words + N_CLASS_COLUMNS])
    final_coef *= slopes
    stack = final_coef[n_message:]
    return Weights(
        hashing=hashing,
        columns=columns,
        idf=idf,
        acts=words,
        act_scales=np.ones(act_coef.shape[1]),
        grams=gram_coef * idf[:, None] @ stack,
        act_relations=relations,
        act_classes=classes,
        act_intercepts=act_intercepts,
        message=final_coef[:n_message].T,
        intercepts=final_intercepts * slopes + offsets + gram_intercepts @ stack,
    )


def _stacked(models: list[LogisticRegression]) -> tuple[np.ndarray, np.ndarray]:
    """Return the coefficients (n_columns, n_models) and intercepts (n_models,)."""
    coefficients = np.vstack([model.coef_[0] for model in models]).T
    return coefficients, np.array([model.intercept_[0] for model in models])
