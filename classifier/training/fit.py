"""Fit the three linear stages, calibrate them out of fold, and fold all into one set of weights.

Stage one, the *acts*: does this sentence do tactic t? Stage two, the *grams*: which n-grams speak
for a label? Stage three weighs the acts, relations and facts of a message and the score of its
n-grams (stacking; Wolpert 1992, Ting and Witten 1999: trained on out-of-fold outputs of the
stages before). The sum of linear stages is linear, so Platt's (1999) calibration line folds in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp
from joblib import Parallel, delayed
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
from classifier.training.splits import Splits


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a training run may vary; stored in the model's manifest."""

    seed: int = 20261123
    folds: int = 5
    act_folds: int = 2
    """The acts have many more models and rows; more folds gain nothing out of fold."""
    min_df: int = 6
    """An n-gram counts when it stands in this many messages; fewer gain nothing out of fold."""
    act_c: float = 3.0
    """Inverse L2 penalty of the acts (LogisticRegression's C)."""
    act_tolerance: float = 1.0
    """When liblinear stops on the acts, which are two thirds of a training run."""
    tolerance: float = 0.1
    """The same for the other fits. A tenth of both takes half as long again for the same order:
    average precision out of fold moves by less than 0.0003."""
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


SURE = 6.0
"""Log-odds of what is always, or never, so in the training data."""

Fit = Callable[[sp.csr_matrix, np.ndarray], LogisticRegression]


def fit(examples: Sequence[Example], prepared: Sequence[Prepared], recipe: Recipe) -> Fitted:
    """Learn weights from examples and their prepared messages, in the same order."""
    counts = Counts(prepared, recipe.hashing)
    columns = counts.prune(recipe.min_df)
    idf = inverse_document_frequency(counts)
    labels = np.array([example.labels for example in examples])
    splits = Splits(examples, recipe.seed)

    act_x = act_matrix(counts)
    pairs = zip(examples, prepared, strict=True)
    act_y = np.vstack([act_targets(example, p) for example, p in pairs])
    act_fit = _logistic(recipe.act_c, recipe.act_tolerance)
    acts = _fit_all(act_fit, act_x, act_y, recipe.n_jobs)
    act_folds = [
        (counts.rows_of(a), counts.rows_of(b)) for a, b in splits.folds(0, recipe.act_folds)
    ]
    act_logits = _out_of_fold(act_fit, act_x, act_y, act_folds, recipe.n_jobs)

    gram_x = gram_matrix(counts, idf)
    gram_fit = _logistic(recipe.gram_c, recipe.tolerance)
    grams = _fit_all(gram_fit, gram_x, labels, recipe.n_jobs)
    gram_logits = _out_of_fold(
        gram_fit, gram_x, labels, splits.folds(1, recipe.folds), recipe.n_jobs
    )

    rows = [
        message_columns(act_logits[a:b], counts.relations[a:b], p.lang, p.facts)
        for p, a, b in zip(prepared, counts.first, counts.first[1:], strict=False)
    ]
    message_x = sp.csr_matrix(np.hstack([np.array(rows), gram_logits]))
    message_fit = _logistic(recipe.message_c, recipe.tolerance)
    message_folds = splits.folds(2, recipe.folds)
    final, scores = [], np.zeros(labels.shape)
    for i, label in enumerate(LABELS):
        x, y = message_x @ sp.diags(_own_columns(label)), labels[:, [i]]
        final += _fit_all(message_fit, x, y, 1)
        scores[:, [i]] = _out_of_fold(message_fit, x, y, message_folds, 1)
    lines = [_platt(scores[:, i], labels[:, i]) for i in range(len(LABELS))]

    weights = _folded(_Stages(acts, grams, final, lines), columns, idf, recipe.hashing)
    return Fitted(weights, _probabilities(scores, lines), act_logits)


def _probabilities(scores: np.ndarray, lines: list[tuple[float, float]]) -> np.ndarray:
    slopes, offsets = np.array(lines).T
    return np.asarray(1 / (1 + np.exp(-(scores * slopes + offsets))))


def _own_columns(label: Label) -> np.ndarray:
    """Return float64 (n_message_columns + n_labels,): 1 for what may weigh in `label`, else 0."""
    message = [weighs_in(group, label) for group in COLUMN_GROUPS]
    grams = [known == label for known in LABELS]
    return np.array([*message, *grams], dtype=np.float64)


def _logistic(c: float, tolerance: float) -> Fit:
    """Return a function that fits a logistic regression.

    liblinear's dual is repeatable and, with far more columns than it has use for, the fastest.
    """

    def run(x: sp.csr_matrix, y: np.ndarray) -> LogisticRegression:
        if len(np.unique(y)) == 1:
            return _always(float(y[0]), x.shape[1])
        model = LogisticRegression(
            C=c, solver="liblinear", dual=True, tol=tolerance, max_iter=2000, random_state=0
        )
        return model.fit(x, y)

    return run


def _always(value: float, n_columns: int) -> LogisticRegression:
    """Return a model that gives every row the same answer: nobody marked this tactic, or all."""
    model = LogisticRegression()
    model.coef_ = np.zeros((1, n_columns))
    model.intercept_ = np.array([SURE if value else -SURE])
    model.classes_ = np.array([0, 1])
    return model


def _fit_all(
    fit_one: Fit, x: sp.csr_matrix, y: np.ndarray, n_jobs: int
) -> list[LogisticRegression]:
    """Fit one model for each column of `y`, a share of the columns in each process."""

    def some(columns: np.ndarray) -> list[LogisticRegression]:
        return [fit_one(x, y[:, column]) for column in columns]

    shares = np.array_split(np.arange(y.shape[1]), n_jobs)
    found = _in_processes(n_jobs)(delayed(some)(share) for share in shares)
    return [model for models in found for model in models]


def _in_processes(n_jobs: int) -> Parallel:
    """Return joblib workers; threads would share liblinear's one random generator."""
    return Parallel(n_jobs, prefer="processes", max_nbytes=None)


def _out_of_fold(
    fit_one: Fit,
    x: sp.csr_matrix,
    y: np.ndarray,
    folds: list[tuple[np.ndarray, np.ndarray]],
    n_jobs: int,
) -> np.ndarray:
    """Return float64 like `y`: log-odds of each row from models fitted without its fold."""

    def some(x_train: sp.csr_matrix, y_train: np.ndarray, x_test: sp.csr_matrix) -> np.ndarray:
        models = [fit_one(x_train, column) for column in y_train.T]
        return np.column_stack([model.decision_function(x_test) for model in models])

    shares = [share for share in np.array_split(np.arange(y.shape[1]), n_jobs) if len(share)]
    jobs = [(train, test, share) for train, test in folds for share in shares]
    work = (
        delayed(some)(x[train], y[np.ix_(train, share)], x[test]) for train, test, share in jobs
    )
    logits = np.zeros(y.shape)
    for (_, test, share), values in zip(jobs, _in_processes(n_jobs)(work), strict=True):
        logits[np.ix_(test, share)] = values
    return logits


def _platt(scores: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Return slope and offset of the line that calibrates `scores` (log-odds to log-odds)."""
    line = LogisticRegression(C=1e6, solver="lbfgs").fit(scores[:, None], labels)
    return float(line.coef_[0, 0]), float(line.intercept_[0])


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
