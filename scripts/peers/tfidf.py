"""What most would write first: TF-IDF of words and characters, a logistic regression a label."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import joblib
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline, make_union

from classifier.corpus import Example
from classifier.schema import Message
from peers import Peer, Trained, text_of

C = 10.0
"""Inverse penalty; the usual first step up from 1 for sparse texts."""


def train(examples: Sequence[Example], folder: Path) -> Trained:
    """Learn one model of all languages."""
    model = make_pipeline(
        make_union(
            TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=2, sublinear_tf=True),
        ),
        OneVsRestClassifier(LogisticRegression(C=C, solver="liblinear")),
    )
    texts = [text_of(example.message) for example in examples]
    model.fit(texts, np.array([example.labels for example in examples]))
    stored = folder / "model.joblib"
    joblib.dump(model, stored)

    def scores(messages: Sequence[Message]) -> np.ndarray:
        return np.asarray(model.decision_function([text_of(message) for message in messages]))

    return Trained(scores, stored.stat().st_size)


PEER = Peer("TF-IDF, words and characters + logistic regression", explains=False, train=train)
