"""Fit the linear stages, calibrate them out of fold, and fold all into one set of weights.

First what parts of a message say: the *acts* (does this sentence do tactic t?), the *passages* (are
these three sentences an offence by themselves?), the *grams* (which n-grams of the whole speak for
a label?). The last stage weighs them with the relations and facts of the message (stacking; Wolpert
1992, Ting and Witten 1999: trained on out-of-fold outputs of the stages before). The sum of linear
stages is linear, so Platt's (1999) calibration line folds in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression

from classifier.corpus import Example
from classifier.features.classes import N_CLASS_COLUMNS
from classifier.features.message import COLUMN_GROUPS, MESSAGE_COLUMNS, message_columns, weighs_in
from classifier.features.words import HashSpec
from classifier.model.weights import Weights
from classifier.preparation import Prepared
from classifier.schema import LABELS, Label
from classifier.training.fits import Crew, Tell, calibration, logistic, silent
from classifier.training.recipe import Recipe
from classifier.training.stages import PartStages


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
    parts = PartStages(examples, prepared, weights, recipe, crew)
    acts, passages, grams = parts.acts(), parts.passages(), parts.grams()
    counts, labels = parts.counts, parts.labels

    rows = [
        message_columns(
            acts.logits[a:b], passages.logits[a:b], counts.relations[a:b], p.lang, p.facts
        )
        for p, a, b in zip(prepared, counts.first, counts.first[1:], strict=False)
    ]
    message_x = sp.csr_matrix(np.hstack([np.array(rows), grams.logits]))
    crew.begin("weighing it all", 0.05)
    folds = parts.splits.folds(2, recipe.folds)
    final, scores = _weighed(message_x, labels, weights, folds, recipe)
    lines = [calibration(scores[:, i], labels[:, i], weights) for i in range(len(LABELS))]

    stages = _Stages(acts.models, passages.models, grams.models, final, lines)
    folded = _folded(stages, parts.columns, parts.idf, recipe.hashing)
    return Fitted(folded, _probabilities(scores, lines), acts.logits)


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
    passages: list[LogisticRegression]
    grams: list[LogisticRegression]
    final: list[LogisticRegression]
    lines: list[tuple[float, float]]
    """Slope and offset of each label's calibration."""


def _folded(stages: _Stages, columns: np.ndarray, idf: np.ndarray, hashing: HashSpec) -> Weights:
    """Multiply the stages out, so that one sum gives the calibrated log-odds."""
    slopes, offsets = np.array(stages.lines).T
    act_coef, act_intercepts = _stacked(stages.acts)
    passage_coef, passage_intercepts = _stacked(stages.passages)
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
        passages=passage_coef * idf[:, None],
        passage_scales=np.ones(len(LABELS)),
        passage_intercepts=passage_intercepts,
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
