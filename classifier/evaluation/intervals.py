"""Values with their 95 % intervals: percentile bootstraps over groups (Efron 1979).

Messages of one group (twins, versions) are not independent, so a group is drawn whole.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import asdict, dataclass

import numpy as np

RESAMPLES = 1000
SEED = 20261123
TAIL = 0.025
"""Share of the resamples left out at either end."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measure with its 95 % interval; NaN where it is not defined."""

    value: float
    low: float
    high: float

    def to_dict(self) -> dict[str, float | None]:
        """Return plain values for JSON; null where the measure is not defined."""
        return {key: None if np.isnan(v) else v for key, v in asdict(self).items()}

    def __str__(self) -> str:
        """Return `0.910 (0.85-0.96)`, or a dash where the measure is not defined."""
        if np.isnan(self.value):
            return "-"
        return f"{self.value:.3f} ({self.low:.2f}-{self.high:.2f})"


UNDEFINED = Estimate(float("nan"), float("nan"), float("nan"))


def from_samples(value: float, samples: Sequence[float] | np.ndarray) -> Estimate:
    """Return `value` with the percentiles of its resamples, leaving out undefined ones."""
    known = np.array([sample for sample in samples if not np.isnan(sample)])
    if not len(known):
        return Estimate(value, float("nan"), float("nan"))
    low, high = np.percentile(known, (100 * TAIL, 100 * (1 - TAIL)))
    return Estimate(value, float(low), float(high))


def grouped_mean(values: Sequence[float] | np.ndarray, groups: Sequence[Hashable]) -> Estimate:
    """Return the mean of `values`, of which those of one group are drawn together.

    A share that is 0 or 1 throughout has no spread to draw from; its interval is Clopper and
    Pearson's (1934) over the groups, so that 0 of 30 does not look as sure as 0 of 3,000.

    Args:
        values: n numbers; for a share, 0 or 1 each.
        groups: n group names.
    """
    if not len(values):
        return UNDEFINED
    numbers = {group: number for number, group in enumerate(dict.fromkeys(groups))}
    members = np.array([numbers[group] for group in groups])
    sizes = np.bincount(members)
    sums = np.bincount(members, weights=np.asarray(values, dtype=np.float64))
    value = float(sums.sum() / sizes.sum())
    reach = 1 - TAIL ** (1 / len(sizes))
    if not sums.any():
        return Estimate(value, 0.0, reach)
    if np.array_equal(sums, sizes):
        return Estimate(value, 1 - reach, 1.0)
    drawn = np.random.default_rng(SEED).integers(len(sizes), size=(RESAMPLES, len(sizes)))
    return from_samples(value, sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1))
