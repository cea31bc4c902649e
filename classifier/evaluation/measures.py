"""The usual measures per language and label, with bootstrap intervals over groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from classifier.corpus import Example
from classifier.evaluation import intervals
from classifier.evaluation.intervals import Estimate, from_samples, grouped_mean
from classifier.schema import LABELS, LANGUAGES, DataError, Label, Report

ECE_BINS = 15


@dataclass(frozen=True, slots=True)
class Measures:
    """How one label fares in one language (`all` for the three together)."""

    lang: str
    label: Label
    n: int
    positives: int
    precision: Estimate
    recall: Estimate
    f1: Estimate
    average_precision: Estimate
    roc_auc: Estimate
    false_positive_rate: Estimate
    calibration_error: Estimate
    """Expected calibration error over ECE_BINS equal-width bins (Naeini et al. 2015)."""

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON; null where a measure is not defined."""
        estimates = {name: getattr(self, name).to_dict() for name in MEASURES}
        return {**asdict(self), **estimates}


@dataclass(frozen=True, slots=True)
class Rows:
    """What the measures are computed from, one row a judged message."""

    truth: np.ndarray
    """bool (n,)"""
    flagged: np.ndarray
    """bool (n,)"""
    scores: np.ndarray
    """float64 (n,), probabilities."""
    groups: np.ndarray
    """int64 (n,), numbers of the groups."""

    def take(self, rows: np.ndarray) -> Rows:
        """Return the given rows, repeated if they repeat."""
        return Rows(self.truth[rows], self.flagged[rows], self.scores[rows], self.groups[rows])


def evaluate(examples: Sequence[Example], reports: Sequence[Report]) -> list[Measures]:
    """Measure reports against labels, for all languages together and for each there is.

    Messages that were not judged count as not flagged, with probability 0.

    Raises:
        DataError: there is no example.
    """
    if not examples:
        raise DataError("no labelled messages to measure on")
    langs = [example.message.lang for example in examples]
    measured = []
    for lang in ("all", *(known for known in LANGUAGES if known in langs)):
        chosen = [i for i, found in enumerate(langs) if lang in ("all", found)]
        for label in LABELS:
            rows = rows_of([examples[i] for i in chosen], [reports[i] for i in chosen], label)
            measured.append(measure(rows, lang, label))
    return measured


def rows_of(examples: Sequence[Example], reports: Sequence[Report], label: Label) -> Rows:
    """Return what the measures of `label` are computed from."""
    numbers = {group: i for i, group in enumerate(dict.fromkeys(e.group for e in examples))}
    return Rows(
        truth=np.array([bool(e.labels[LABELS.index(label)]) for e in examples]),
        flagged=np.array([label in report.flags for report in reports]),
        scores=np.array([report.scores.get(label, 0.0) for report in reports]),
        groups=np.array([numbers[example.group] for example in examples]),
    )


def measure(rows: Rows, lang: str, label: Label, *, resamples: int | None = None) -> Measures:
    """Return every measure of `rows` with its interval."""
    estimates = bootstrap(rows, MEASURES, resamples=resamples)
    return Measures(lang, label, len(rows.truth), int(rows.truth.sum()), **estimates)


def bootstrap(
    rows: Rows, measures: Mapping[str, Callable[[Rows], float]], *, resamples: int | None = None
) -> dict[str, Estimate]:
    """Return each of `measures` with its interval, all from the same resamples."""
    samples: dict[str, list[float]] = {name: [] for name in measures}
    members = [np.flatnonzero(rows.groups == g) for g in range(rows.groups.max() + 1)]
    random = np.random.default_rng(intervals.SEED)
    for _ in range(resamples or intervals.RESAMPLES):
        drawn = random.integers(len(members), size=len(members))
        resampled = rows.take(np.concatenate([members[g] for g in drawn]))
        for name, one in measures.items():
            samples[name].append(one(resampled))
    return {name: from_samples(one(rows), samples[name]) for name, one in measures.items()}


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole else float("nan")


def precision(rows: Rows) -> float:
    """Return the share of flagged messages that deserve it."""
    return _share((rows.flagged & rows.truth).sum(), rows.flagged.sum())


def recall(rows: Rows) -> float:
    """Return the share of offending messages that are flagged."""
    return _share((rows.flagged & rows.truth).sum(), rows.truth.sum())


def f1(rows: Rows) -> float:
    """Return the harmonic mean of precision and recall."""
    hits = (rows.flagged & rows.truth).sum()
    return _share(2 * hits, rows.flagged.sum() + rows.truth.sum())


def average_precision(rows: Rows) -> float:
    """Return the average precision as scikit-learn defines it, in a fiftieth of its time."""
    if not rows.truth.any():
        return float("nan")
    order = np.argsort(-rows.scores, kind="stable")
    scores, hits = rows.scores[order], np.cumsum(rows.truth[order])
    ends = np.flatnonzero(np.append(scores[1:] != scores[:-1], True))
    steps = np.diff(hits[ends], prepend=0)
    return float((steps * hits[ends] / (ends + 1)).sum() / hits[-1])


def roc_auc(rows: Rows) -> float:
    """Return the area under the ROC curve: how often an offence outranks what is fine."""
    offences = int(rows.truth.sum())
    fine = len(rows.truth) - offences
    if not (offences and fine):
        return float("nan")
    _, places, counts = np.unique(rows.scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    above = ranks[rows.truth].sum() - offences * (offences + 1) / 2
    return float(above / (offences * fine))


def false_positive_rate(rows: Rows) -> float:
    """Return the share of fine messages that are flagged."""
    return _share((rows.flagged & ~rows.truth).sum(), (~rows.truth).sum())


def calibration_error(rows: Rows) -> float:
    """Return the mean gap between stated and observed probability, weighted by bin size."""
    bins = np.minimum((rows.scores * ECE_BINS).astype(int), ECE_BINS - 1)
    gaps = np.bincount(bins, weights=rows.scores - rows.truth, minlength=ECE_BINS)
    return float(np.abs(gaps).sum() / len(bins))


MEASURES: Mapping[str, Callable[[Rows], float]] = {
    "precision": precision,
    "recall": recall,
    "f1": f1,
    "average_precision": average_precision,
    "roc_auc": roc_auc,
    "false_positive_rate": false_positive_rate,
    "calibration_error": calibration_error,
}


def pairs_right(examples: Sequence[Example], reports: Sequence[Report], label: Label) -> Estimate:
    """Return the share of minimal pairs (same group, opposite label) with both verdicts right."""
    pairs = minimal_pairs(examples, label)
    flagged = [label in report.flags for report in reports]
    right = [flagged[bad] and not flagged[good] for bad, good in pairs]
    return grouped_mean(right, [examples[bad].group for bad, _ in pairs])


def minimal_pairs(examples: Sequence[Example], label: Label) -> list[tuple[int, int]]:
    """Return the pairs of one group of which the first carries `label` and the second does not."""
    groups: dict[str, tuple[list[int], list[int]]] = {}
    for i, example in enumerate(examples):
        offends = bool(example.labels[LABELS.index(label)])
        groups.setdefault(example.group, ([], []))[not offends].append(i)
    return [(a, b) for bad, good in groups.values() for a in bad for b in good]


def measures_table(measured: Sequence[Measures]) -> str:
    """Return the measures as a Markdown table."""
    heads = ("language", "label", "n", "offending", "precision", "recall", "F1", "AP", "ROC AUC",
             "false positives", "ECE")  # fmt: skip
    rows = [
        (m.lang, m.label, str(m.n), str(m.positives), *(str(getattr(m, name)) for name in MEASURES))
        for m in measured
    ]
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
