"""Log-odds out of fold, from logistic regressions fitted as `blastcheck train` fits them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from joblib import Parallel, delayed
from sklearn.linear_model import LogisticRegression

SURE = 6.0
"""Log-odds of what is always, or never, so in the training data."""


@dataclass(frozen=True, slots=True)
class Fold:
    """How one stage is learned and judged."""

    c: float
    """Inverse L2 penalty."""
    tolerance: float
    parts: Sequence[tuple[np.ndarray, np.ndarray]]
    """Rows to learn from and rows to judge."""
    n_jobs: int


def held_out(x: sp.csr_matrix, y: np.ndarray, fold: Fold) -> np.ndarray:
    """Return float64 like `y`: log-odds of each row from models fitted without its fold."""
    x = x.tocsr()
    shares = [s for s in np.array_split(np.arange(y.shape[1]), fold.n_jobs) if len(s)]
    jobs = [(train, test, share) for train, test in fold.parts for share in shares]
    work = (
        delayed(_judged)(x[train], y[np.ix_(train, share)], x[test], fold.c, fold.tolerance)
        for train, test, share in jobs
    )
    logits = np.zeros(y.shape)
    for (_, test, share), values in zip(jobs, Parallel(fold.n_jobs, max_nbytes=None)(work),
                                        strict=True):  # fmt: skip
        logits[np.ix_(test, share)] = values
    return logits


def _judged(
    x: sp.csr_matrix, y: np.ndarray, x_test: sp.csr_matrix, c: float, tolerance: float
) -> np.ndarray:
    """Fit a model a column of `y` and return its log-odds for `x_test`; a constant is certain."""
    found = np.zeros((x_test.shape[0], y.shape[1]))
    for number, column in enumerate(y.T):
        if len(np.unique(column)) == 1:
            found[:, number] = SURE if column[0] else -SURE
            continue
        model = LogisticRegression(
            C=c, solver="liblinear", dual=True, tol=tolerance, max_iter=2000, random_state=0
        )
        found[:, number] = model.fit(x, column).decision_function(x_test)
    return found
