"""Class n-grams of sentences: which classes of words stand there, and which follow one another."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from classifier.languages.classes import CLASS_NAMES

N_CLASSES = len(CLASS_NAMES)

N_CLASS_COLUMNS = N_CLASSES + N_CLASSES**2
"""A column a class, then one for each pair: `N_CLASSES + N_CLASSES * first + second`."""

REACH = 4
"""Two words of a class are a pair up to this many tokens apart; across a third, one more."""

SKIP_WEIGHT = 0.5
"""A pair with a word of a class between counts half."""

CLASS_SCALE = 1.5
"""Weight of a class beside a word in the sentence acts; more gains nothing out of fold."""


def class_columns(
    classes: np.ndarray, sentence_of: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray, float]]:
    """Yield tokens, the columns they fill, and the weight of those columns.

    Thrice: the classes themselves, pairs of neighbours, pairs across one; a pair counts for its
    second token, so no token comes twice in one array.

    Args:
        classes: int (n_tokens,), the class of each token, negative for none.
        sentence_of: int (n_tokens,), the sentence each token stands in, ascending.
    """
    at = np.flatnonzero(classes >= 0)
    found, sentence = classes[at], sentence_of[at]
    yield at, found, CLASS_SCALE
    for gap, weight in ((1, CLASS_SCALE), (2, CLASS_SCALE * SKIP_WEIGHT)):
        near = (at[gap:] - at[:-gap] <= REACH + gap - 1) & (sentence[gap:] == sentence[:-gap])
        first, second = found[:-gap][near], found[gap:][near]
        yield at[gap:][near], N_CLASSES + N_CLASSES * first + second, weight
