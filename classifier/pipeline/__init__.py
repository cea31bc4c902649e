"""The spaCy pipelines: text in, Doc with sentences and cue spans out.

Our own Language classes on spaCy's base class: nothing is downloaded and no `spacy.lang` package
is imported (`spacy.lang.fr` alone costs four seconds).
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate
from typing import cast

import numpy as np
from spacy.attrs import LANG, NORM
from spacy.language import Language
from spacy.vocab import Vocab

from classifier.languages import load_cues, load_forms, load_signals
from classifier.languages.classes import load_classes
from classifier.pipeline.classes import CLASSES, ClassFinder
from classifier.pipeline.cues import CUES, NORMS, SIGNALS, CueFinder
from classifier.pipeline.tokenizer import TOKENS, Folder, Tokenizer

__all__ = ["CueMatch", "Reading", "build_pipeline", "memory_zones", "pipeline_for", "read"]

MAX_WORDS = 15_000
"""Words that spaCy remembers in a language (9 MB); those of later batches are forgotten."""


@Language.factory("blastcheck_cues", assigns=["doc.spans"])
def _cue_finder(nlp: Language, name: str) -> CueFinder:  # noqa: ARG001
    tokenizer = cast("Tokenizer", nlp.tokenizer)
    lang, lists = tokenizer.lang, load_forms(tokenizer.lang).lists
    return CueFinder(tokenizer, load_cues(lang), load_signals(lang), lists)


@Language.factory("blastcheck_classes")
def _class_finder(nlp: Language, name: str) -> ClassFinder:  # noqa: ARG001
    tokenizer = cast("Tokenizer", nlp.tokenizer)
    prefixes = load_forms(tokenizer.lang).prefixes
    return ClassFinder(load_classes(tokenizer.lang), tokenizer.folder, prefixes)


def build_pipeline(lang: str) -> Language:
    """Return a new pipeline for `lang`: tokenizer with sentence starts, cues, word classes.

    `token.norm_` is the folded form of `tokenizer.Folder`.
    """
    folder = Folder(lang, load_forms(lang))
    vocab = Vocab(lex_attr_getters={NORM: folder, LANG: lambda _: lang})
    nlp = Language(vocab, create_tokenizer=lambda nlp: Tokenizer(nlp.vocab, lang, folder))
    nlp.add_pipe("blastcheck_cues")
    nlp.add_pipe("blastcheck_classes")
    return nlp


@cache
def pipeline_for(lang: str) -> Language:
    """Return the one pipeline for `lang`, built at first use."""
    nlp = build_pipeline(lang)
    _built.append(nlp)
    return nlp


_built: list[Language] = []


def memory_zones() -> list[AbstractContextManager[Vocab]]:
    """Return a memory zone for each pipeline that knows MAX_WORDS; words met inside are forgotten.

    Fewer are kept: they are the frequent ones, and working one out anew is much slower than
    finding it. A Reading holds plain strings, so it outlives the zone it was made in.
    """
    return [nlp.memory_zone() for nlp in _built if len(nlp.vocab) >= MAX_WORDS]


@dataclass(frozen=True, slots=True)
class CueMatch:
    """A cue found, in token indices."""

    cue: str
    tactic: str
    start: int
    """First token."""
    end: int
    """One past the last token."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the pipeline saw in one clean text; no spaCy object leaves this layer.

    A Span dies with its Doc (spaCy's error E865), so everything is copied into plain values.
    """

    words: list[str]
    """n_tokens texts, white space tokens included; with `spaces` they spell the clean text."""
    spaces: list[bool]
    norms: list[str]
    """n_tokens folded forms."""
    sentence_of: np.ndarray
    """int32 (n_tokens,): number of the sentence each token stands in, from 0."""
    cues: tuple[CueMatch, ...]
    signals: tuple[tuple[int, int], ...]
    """Pairs (place in SIGNAL_NAMES, token index)."""
    classes: list[int]
    """n_tokens places in CLASS_NAMES, negative for a token of no class."""

    @property
    def n_sentences(self) -> int:
        """Number of sentences, 0 for an empty text."""
        return int(self.sentence_of[-1]) + 1 if len(self.words) else 0

    def char_starts(self) -> list[int]:
        """Return n_tokens + 1 offsets into the clean text: where tokens begin, and its length."""
        widths = (len(w) + s for w, s in zip(self.words, self.spaces, strict=True))
        return [0, *accumulate(widths)]

    def without_sentence(self, number: int) -> Reading:
        """Return the Reading of the same text with one sentence taken out."""
        first, after = np.searchsorted(self.sentence_of, (number, number + 1)).tolist()
        gap = after - first
        return Reading(
            words=self.words[:first] + self.words[after:],
            spaces=self.spaces[:first] + self.spaces[after:],
            norms=self.norms[:first] + self.norms[after:],
            sentence_of=np.concatenate((self.sentence_of[:first], self.sentence_of[after:] - 1)),
            cues=tuple(
                cue if cue.start < first else replace(cue, start=cue.start - gap, end=cue.end - gap)
                for cue in self.cues
                if not first <= cue.start < after
            ),
            signals=tuple(
                (name, token - gap if token >= after else token)
                for name, token in self.signals
                if not first <= token < after
            ),
            classes=self.classes[:first] + self.classes[after:],
        )


def read(nlp: Language, text: str) -> Reading:
    """Run `nlp` over clean text and copy out what the model and the explanation need."""
    doc = nlp(text)
    words, spaces, _, sentence_of = doc.user_data[TOKENS]
    return Reading(
        words=words,
        spaces=spaces,
        norms=doc.user_data[NORMS],
        sentence_of=sentence_of,
        cues=tuple(CueMatch(*found) for found in doc.user_data[CUES]),
        signals=tuple(doc.user_data[SIGNALS]),
        classes=doc.user_data[CLASSES],
    )
