"""What a training run may vary."""

from __future__ import annotations

from dataclasses import dataclass, field

from classifier.features.words import HashSpec


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a training run may vary; stored in the model's manifest."""

    seed: int = 20261123
    folds: int = 5
    act_folds: int = 2
    """The acts have many more models and rows; more folds gain nothing out of fold."""
    passage_folds: int = 3
    min_df: int = 9
    """An n-gram counts when it stands in this many messages; fewer gain nothing out of fold."""
    act_c: float = 3.0
    """Inverse L2 penalty of the acts (LogisticRegression's C)."""
    act_tolerance: float = 1.0
    """When liblinear stops on the acts; smaller takes longer and gains nothing out of fold."""
    passage_tolerance: float = 0.5
    """The same for the passages."""
    tolerance: float = 0.1
    """The same for the other fits."""
    gram_c: float = 20.0
    passage_c: float = 3.0
    message_c: float = 0.3
    n_jobs: int = 2
    hashing: HashSpec = field(default_factory=HashSpec)
