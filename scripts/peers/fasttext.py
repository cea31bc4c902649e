"""fastText's supervised classifier: averaged vectors of words and character n-grams."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from classifier.corpus import Example
from classifier.schema import LABELS, Message
from peers import MissingPeerError, Peer, Trained, folder_size, text_of

SETTINGS = {"epoch": 25, "lr": 0.5, "wordNgrams": 2, "minn": 3, "maxn": 5, "dim": 50,
            "bucket": 200_000, "thread": 1, "seed": 1, "verbose": 0}  # fmt: skip
"""As its own tutorial on text classification arrives at; one thread is repeatable."""

OFFENDS = "__label__1"


def train(examples: Sequence[Example], folder: Path) -> Trained:
    """Learn one model a label, of all languages."""
    try:
        import fasttext  # noqa: PLC0415
    except ImportError as error:
        raise MissingPeerError(f"{error}; pip install 'blastcheck[compare]'") from error
    models = []
    for number, label in enumerate(LABELS):
        lines = (f"__label__{e.labels[number]} {_line(e.message)}\n" for e in examples)
        source = folder / f"{label}.txt"
        source.write_text("".join(lines), encoding="utf-8")
        models.append(fasttext.train_supervised(str(source), **SETTINGS))
        source.unlink()
        models[-1].save_model(str(folder / f"{label}.bin"))

    def scores(messages: Sequence[Message]) -> np.ndarray:
        return np.array([[_probability(m, _line(message)) for m in models] for message in messages])

    return Trained(scores, folder_size(folder))


def _line(message: Message) -> str:
    return " ".join(text_of(message).lower().split())


def _probability(model: Any, line: str) -> float:
    """Return the probability of an offence; past `predict`, which numpy 2 breaks in some wheels."""
    found = model.f.predict(f"{line}\n", 2, 0.0, "strict")
    return next((probability for probability, label in found if label == OFFENDS), 0.0)


PEER = Peer("fastText", explains=False, train=train)
