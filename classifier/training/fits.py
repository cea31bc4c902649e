"""Single fits: logistic regressions, many of them in processes, with a line that calibrates."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
from joblib import Parallel, delayed
from sklearn.linear_model import LogisticRegression

SURE = 6.0
"""Log-odds of what is always, or never, so in the training data."""

Fit = Callable[[sp.csr_matrix, np.ndarray, np.ndarray | None], LogisticRegression]
"""(rows, 0 or 1 for each, how much each counts) -> a model."""

Tell = Callable[[str, float], None]
"""(what is being done, share of the whole work that is done, 0 to 1) -> nothing."""


def silent(_stage: str, _done: float) -> None:
    """Tell nobody."""


def logistic(c: float, tolerance: float) -> Fit:
    """Return a function that fits a logistic regression.

    liblinear's dual is repeatable and, with far more columns than it has use for, the fastest.
    """

    def run(x: sp.csr_matrix, y: np.ndarray, weights: np.ndarray | None) -> LogisticRegression:
        if len(np.unique(y)) <= 1:
            return _always(float(y.any()), x.shape[1])
        model = LogisticRegression(
            C=c, solver="liblinear", dual=True, tol=tolerance, max_iter=2000, random_state=0
        )
        return model.fit(x, y, weights)

    return run


def _always(value: float, n_columns: int) -> LogisticRegression:
    """Return a model that gives every row the same answer: nobody marked this tactic, or all."""
    model = LogisticRegression()
    model.coef_ = np.zeros((1, n_columns))
    model.intercept_ = np.array([SURE if value else -SURE])
    model.classes_ = np.array([0, 1])
    return model


class Crew:
    """Runs fits in processes, and tells how far they are."""

    def __init__(self, n_jobs: int, tell: Tell = silent) -> None:
        self._n_jobs = n_jobs
        self._tell = tell
        self._stage, self._share, self._done = "", 0.0, 0.0

    def begin(self, stage: str, share: float) -> None:
        """Say what comes next, and which share of the whole work it is."""
        self._done += self._share
        self._stage, self._share = stage, share
        self._tell(stage, self._done)

    def fit_all(
        self,
        fit_one: Fit,
        x: sp.csr_matrix,
        y: np.ndarray,
        weights: np.ndarray | None,
        rows: np.ndarray | None = None,
    ) -> list[LogisticRegression]:
        """Fit one model for each column of `y`, on some rows, a share of the columns a process."""
        rows = np.arange(len(y)) if rows is None else rows
        shares = np.array_split(np.arange(y.shape[1]), self._n_jobs)
        work = [delayed(_fit_some)(fit_one, x, _part(y, weights, rows, s), rows) for s in shares]
        found = self._run(work, len(work))
        return [model for models in found for model in models]

    def out_of_fold(
        self,
        fit_one: Fit,
        x: sp.csr_matrix,
        y: np.ndarray,
        weights: np.ndarray | None,
        folds: Sequence[tuple[np.ndarray, np.ndarray]],
    ) -> np.ndarray:
        """Return float64 like `y`: log-odds of each row from models fitted without its fold."""
        shares = [s for s in np.array_split(np.arange(y.shape[1]), self._n_jobs) if len(s)]
        jobs = [(train, test, share) for train, test in folds for share in shares]
        work = (
            delayed(_judge_some)(fit_one, x, _part(y, weights, train, share), train, test)
            for train, test, share in jobs
        )
        logits = np.zeros(y.shape)
        for (_, test, share), values in zip(jobs, self._run(work, len(jobs)), strict=True):
            logits[np.ix_(test, share)] = values
        return logits

    def _run(self, work: Iterable[Any], count: int) -> Iterator[Any]:
        """Yield the results in order. Processes: threads share liblinear's random generator.

        joblib lays large arrays out once, for all processes to read; each takes its rows itself.
        """
        workers = Parallel(self._n_jobs, prefer="processes", return_as="generator")
        for number, result in enumerate(workers(work), 1):
            self._tell(self._stage, self._done + self._share * number / count)
            yield result


_Part = tuple[np.ndarray, np.ndarray | None]
"""Some columns of the targets, and how much each row counts."""


def _part(
    y: np.ndarray, weights: np.ndarray | None, rows: np.ndarray, columns: np.ndarray
) -> _Part:
    return y[np.ix_(rows, columns)], None if weights is None else weights[rows]


def _fit_some(
    fit_one: Fit, x: sp.csr_matrix, part: _Part, rows: np.ndarray
) -> list[LogisticRegression]:
    targets, weights = part
    mine = x[rows]
    return [fit_one(mine, column, weights) for column in targets.T]


def _judge_some(
    fit_one: Fit, x: sp.csr_matrix, part: _Part, train: np.ndarray, test: np.ndarray
) -> np.ndarray:
    models, unseen = _fit_some(fit_one, x, part, train), x[test]
    return np.column_stack([model.decision_function(unseen) for model in models])


def calibration(
    scores: np.ndarray, labels: np.ndarray, weights: np.ndarray | None
) -> tuple[float, float]:
    """Return slope and offset of the line that calibrates `scores` (log-odds to log-odds)."""
    line = LogisticRegression(C=1e6, solver="lbfgs").fit(scores[:, None], labels, weights)
    return float(line.coef_[0, 0]), float(line.intercept_[0])
