"""spaCy's `textcat_multilabel` with its bag of words: one pipeline a language."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import spacy
from spacy.language import Language
from spacy.training import Example as Taught
from thinc.api import fix_random_seed

from classifier.corpus import Example
from classifier.schema import LABELS, Message
from peers import Peer, Trained, folder_size, text_of

EPOCHS = 10
BATCH = 32
BAG = {"@architectures": "spacy.TextCatBOW.v3", "exclusive_classes": False, "ngram_size": 2,
       "no_output_layer": False, "length": 262144}  # fmt: skip


def train(examples: Sequence[Example], folder: Path) -> Trained:
    """Learn a pipeline for each language there is."""
    pipes = {}
    for lang in sorted({example.message.lang or "en" for example in examples}):
        mine = [example for example in examples if (example.message.lang or "en") == lang]
        pipes[lang] = _taught(lang, mine)
        pipes[lang].to_disk(folder / lang)

    def scores(messages: Sequence[Message]) -> np.ndarray:
        found = np.zeros((len(messages), len(LABELS)))
        for lang, nlp in pipes.items():
            rows = [i for i, message in enumerate(messages) if (message.lang or "en") == lang]
            for i, doc in zip(rows, nlp.pipe(text_of(messages[i]) for i in rows), strict=True):
                found[i] = [doc.cats[label] for label in LABELS]
        return found

    return Trained(scores, folder_size(folder))


def _taught(lang: str, examples: Sequence[Example]) -> Language:
    fix_random_seed(0)
    nlp = spacy.blank(lang)
    component = nlp.add_pipe("textcat_multilabel", config={"model": BAG})
    for label in LABELS:
        component.add_label(label)  # type: ignore[attr-defined]
    taught = [
        Taught.from_dict(
            nlp.make_doc(text_of(e.message)),
            {"cats": dict(zip(LABELS, map(float, e.labels), strict=True))},
        )
        for e in examples
    ]
    optimizer = nlp.initialize(lambda: taught)
    random = np.random.default_rng(0)
    for _ in range(EPOCHS):
        order = [taught[i] for i in random.permutation(len(taught))]
        for first in range(0, len(order), BATCH):
            nlp.update(order[first : first + BATCH], sgd=optimizer)
    return nlp


PEER = Peer("spaCy textcat, bag of words", explains=False, train=train)
