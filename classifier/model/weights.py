"""What was learnt, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from classifier.features.words import HashSpec


@dataclass(frozen=True, slots=True)
class Weights:
    """What was learnt, as plain arrays; models/FORMAT.md says how they are stored."""

    hashing: HashSpec
    columns: np.ndarray
    """int32 (n_kept,), ascending: the hashed columns that carry weight."""
    idf: np.ndarray
    """float64 (n_kept,): inverse document frequency of each."""
    acts: np.ndarray
    """int8 or float64 (n_kept, n_tactics), in units of `act_scales`."""
    act_scales: np.ndarray
    """float64 (n_tactics,)."""
    grams: np.ndarray
    """float64 (n_kept, n_labels), already multiplied by idf."""
    passages: np.ndarray
    """int8 or float64 (n_kept, n_labels), in units of `passage_scales`, multiplied by idf."""
    passage_scales: np.ndarray
    """float64 (n_labels,)."""
    passage_intercepts: np.ndarray
    """float64 (n_labels,)."""
    act_relations: np.ndarray
    """float64 (n_context, n_tactics), rows as in CONTEXT_NAMES."""
    act_classes: np.ndarray
    """int8 or float64 (N_CLASS_COLUMNS, n_tactics), in units of `act_scales`."""
    act_intercepts: np.ndarray
    """float64 (n_tactics,)."""
    message: np.ndarray
    """float64 (n_labels, n_message_columns)."""
    intercepts: np.ndarray
    """float64 (n_labels,)."""
