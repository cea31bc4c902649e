"""Labels that are probably wrong: what two independent opinions both disagree with.

The one opinion is the model in use, which has not seen these messages. The other is learnt from the
new messages themselves, out of fold (Northcutt, Jiang and Chuang 2021 rank by the same
self-confidence), over the model's own columns and score, so that a few dozen messages are enough.
A new kind of message that the model gets wrong is thus listed less early than a slip of the hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold

from classifier.corpus import Example
from classifier.explain import probability
from classifier.model import Model
from classifier.preparation import Prepared
from classifier.schema import LABELS, Label

SURE_ENOUGH = 0.35
"""Messages whose given labels are likelier than this are not listed."""

_FOLDS = 5
_C = 0.02
"""Strong: there are more columns than messages, and perhaps as many wrong labels as right ones."""

_LEAST = 1e-6


@dataclass(frozen=True, slots=True)
class Suspect:
    """A message with a label that is probably wrong."""

    number: int
    """Its place among the examples."""
    label: Label
    given: int
    """What the file says, 0 or 1."""
    belief: float
    """How likely that is right, 0 to 1."""


def suspects(
    examples: Sequence[Example], prepared: Sequence[Prepared], model: Model
) -> list[Suspect]:
    """Return the messages whose labels are doubtful, the most doubtful first."""
    scored = model.scorer.score_all([(p.reading, p.lang, p.facts) for p in prepared])
    scores = np.array([one.scores for one in scored])
    columns = np.array([one.columns for one in scored])
    found: dict[int, Suspect] = {}
    for number, label in enumerate(LABELS):
        given = np.array([example.labels[number] for example in examples])
        own = _out_of_fold(np.column_stack([columns, scores[:, number]]), given, examples)
        logits = scores[:, number] if own is None else (scores[:, number] + own) / 2
        beliefs = np.where(given == 1, _shares(logits), 1 - _shares(logits))
        for i in np.flatnonzero(beliefs < SURE_ENOUGH):
            suspect = Suspect(int(i), label, int(given[i]), float(max(beliefs[i], _LEAST)))
            if (known := found.get(int(i))) is None or suspect.belief < known.belief:
                found[int(i)] = suspect
    return sorted(found.values(), key=lambda one: (one.belief, one.number))


def _shares(logits: np.ndarray) -> np.ndarray:
    return np.array([probability(logit) for logit in logits])


def _out_of_fold(
    columns: np.ndarray, given: np.ndarray, examples: Sequence[Example]
) -> np.ndarray | None:
    """Return float64 (n,): log-odds by models that did not see them; None with too few to learn."""
    groups = [example.group for example in examples]
    sides = [{g for g, y in zip(groups, given, strict=True) if y == value} for value in (0, 1)]
    if min(map(len, sides)) < 2 * _FOLDS:
        return None
    spread = columns.std(axis=0)
    columns = columns[:, spread > 0] / spread[spread > 0]
    logits = np.zeros(len(given))
    folds = StratifiedGroupKFold(_FOLDS, shuffle=True, random_state=0)
    for train, test in folds.split(columns, given, groups):
        learnt = LogisticRegression(C=_C, max_iter=1000).fit(columns[train], given[train])
        logits[test] = learnt.decision_function(columns[test])
    return logits
