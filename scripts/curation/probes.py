"""Artefact probes: how much of a label shows in what should not tell it.

A classifier sees one view of each training message only (Gururangan et al. 2018 call what it finds
annotation artefacts). Its ROC AUC, out of fold with groups kept whole, must stay near chance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

from classifier.evaluation import Estimate
from classifier.schema import LABELS, LANGUAGES, Label
from curation import Record, views
from curation.tables import table

FOLDS = 5
RESAMPLES = 200
SEED = 20261123
UNLIMITED = (0.0, 1.0)
"""The range of a probe that is reported and not held to anything."""
MIN_GROUPS = 50
"""Groups on either side of a label below which a probe says nothing."""


@dataclass(frozen=True, slots=True)
class Probe:
    """A view of a message, and the range in which the AUC of what sees it must lie."""

    view: Callable[[Record], Any]
    model: Callable[[], Pipeline]
    low: float
    high: float


def _of_numbers() -> Pipeline:
    """Return a logistic regression on squares and products, for both ends may offend more."""
    return make_pipeline(
        StandardScaler(), PolynomialFeatures(2), LogisticRegression(solver="liblinear")
    )


def _of_words() -> Pipeline:
    grams = HashingVectorizer(
        token_pattern=r"\w+", ngram_range=(1, 2), n_features=2**16, alternate_sign=False
    )
    weigh = LogisticRegression(C=10, solver="liblinear", dual=True, tol=1e-2, random_state=0)
    return make_pipeline(grams, weigh)


PROBES: Mapping[str, Probe] = {
    "length and punctuation": Probe(views.shape, _of_numbers, 0.38, 0.62),
    "last line": Probe(views.last_line, _of_words, 0.38, 0.62),
    "last line, also of a message of one or two": Probe(views.any_last_line, _of_words, *UNLIMITED),
    "names and places": Probe(views.names, _of_words, 0.38, 0.62),
    "first five words": Probe(views.first_words, _of_words, 0.0, 0.75),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What a probe found for one label in one language."""

    probe: str
    lang: str
    label: Label
    n: int
    """Messages that have such a view; the AUC is theirs."""
    auc: Estimate

    @property
    def fault(self) -> bool:
        """Whether the AUC lies outside the probe's range."""
        probe = PROBES[self.probe]
        return not probe.low <= self.auc.value <= probe.high


def run(records: Sequence[Record]) -> list[Finding]:
    """Run every probe for each label and language with enough groups on either side."""
    by_lang = {lang: [r for r in records if r["lang"] == lang] for lang in LANGUAGES}
    jobs = [
        delayed(_look)(name, lang, label, mine)
        for name in PROBES
        for lang, mine in by_lang.items()
        for label in LABELS
    ]
    found = Parallel(n_jobs=2)(jobs)
    return [finding for finding in found if finding is not None]


def _look(name: str, lang: str, label: Label, records: Sequence[Record]) -> Finding | None:
    probe = PROBES[name]
    seen = [(view, r) for r in records if (view := probe.view(r)) is not None]
    truth = np.array([r[label] for _, r in seen])
    groups = np.unique([r["group"] for _, r in seen], return_inverse=True)[1]
    if any(len(set(groups[truth == value])) < MIN_GROUPS for value in (0, 1)):
        return None
    shown: Any = [view for view, _ in seen]
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=SEED)
    scores = cross_val_predict(
        probe.model(), shown, truth, groups=groups, cv=folds, method="decision_function"
    )
    return Finding(name, lang, label, len(seen), auc_of(truth, scores, groups))


def auc_of(truth: np.ndarray, scores: np.ndarray, groups: np.ndarray) -> Estimate:
    """Return the ROC AUC with its 95 % interval, bootstrapped over groups.

    Args:
        truth: int (n,), 0 or 1, both present.
        scores: float64 (n,).
        groups: int (n,), numbers of the groups from 0.
    """
    area = partial(roc_auc_score, truth, scores)
    random = np.random.default_rng(SEED)
    n_groups = int(groups.max()) + 1
    samples = []
    for _ in range(RESAMPLES):
        drawn = random.multinomial(n_groups, np.full(n_groups, 1 / n_groups))[groups]
        if 0 < drawn @ truth < drawn.sum():
            samples.append(area(sample_weight=drawn))
    low, high = np.percentile(samples, (2.5, 97.5))
    return Estimate(float(area()), float(low), float(high))


def faults(records: Sequence[Record]) -> Iterator[str]:
    """Yield the probes that see more of a label than they may."""
    for found in run(records):
        if found.fault:
            probe = PROBES[found.probe]
            yield (
                f"artefact: {found.probe} tells {found.label} in {found.lang}, AUC"
                f" {found.auc.value:.3f}, not within {probe.low} to {probe.high}"
            )


def probes_table(records: Sequence[Record]) -> str:
    """Return the findings as a Markdown table; what is out of range is bold."""
    found = {(f.probe, f.lang, f.label): f for f in run(records)}
    columns = [f"{lang} {label}" for lang in LANGUAGES for label in LABELS]
    rows = {
        f"{name} ({_range(probe)})": [
            _cell(found.get((name, lang, label))) for lang in LANGUAGES for label in LABELS
        ]
        for name, probe in PROBES.items()
    }
    return table("only", columns, rows)


def _range(probe: Probe) -> str:
    limits = (probe.low, probe.high)
    return "no limit" if limits == UNLIMITED else f"{probe.low:g} to {probe.high:g}"


def _cell(found: Finding | None) -> str:
    if found is None:
        return "-"
    auc = found.auc
    value = f"**{auc.value:.2f}**" if found.fault else f"{auc.value:.2f}"
    return f"{value} ({auc.low:.2f}-{auc.high:.2f})"
