"""Folds for cross-validation that never part a group."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold

from classifier.corpus import Example


class Splits:
    """Grouped, stratified folds; each stage gets its own, so no stage tunes to another's."""

    def __init__(self, examples: Sequence[Example], seed: int) -> None:
        self._groups = [example.group for example in examples]
        self._strata = [f"{example.message.lang}{example.labels}" for example in examples]
        self._seed = seed

    def folds(self, stage: int, n_folds: int) -> list[tuple[np.ndarray, np.ndarray]]:
        """Return pairs of rows to learn from and rows to judge, for a stage of the fit."""
        splitter = StratifiedGroupKFold(n_folds, shuffle=True, random_state=self._seed + stage)
        return list(splitter.split(self._strata, self._strata, self._groups))
