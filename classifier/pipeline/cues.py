"""Find the cues and signals of a language in a Doc: one PhraseMatcher over folded words."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from itertools import chain
from typing import cast

from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc, Span

from classifier.languages import Cue, phrase_variants
from classifier.pipeline.tokenizer import TOKENS, Tokenizer

CUES = "cues"
"""Key of `doc.spans`: one Span a cue found; `label_` is the tactic, `id_` the cue.
Also of `doc.user_data`: the same as (cue, tactic, first token, one past the last token).
"""

SIGNALS = "signals"
"""Key of `doc.user_data`: pairs (number of the signal in SIGNAL_NAMES, token index)."""

NORMS = "norms"
"""Key of `doc.user_data`: the folded form of each token."""


Phrase = tuple[str, ...]
"""The folded tokens of a phrase."""


class CueFinder:
    """A pipeline component that writes `doc.spans[CUES]` and `doc.user_data[SIGNALS]`.

    Phrases are matched on NORM, where all forms of a word are one; phrases under `with` and
    `unless` are looked for in the sentence of a match only.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        cues: Iterable[Cue],
        signals: Mapping[str, tuple[str, ...]],
        lists: Mapping[str, tuple[str, ...]],
    ) -> None:
        self._cues = tuple(cues)
        self._fold = tokenizer.folder
        norms = _Norms(tokenizer)

        def folded(phrases: Iterable[str]) -> list[Phrase]:
            return [norms.of(v) for phrase in phrases for v in phrase_variants(phrase, lists)]

        anchors = [folded(cue.phrases) for cue in self._cues]
        company = [(folded(cue.with_), folded(cue.unless)) for cue in self._cues]
        signal_phrases = [folded(phrases) for phrases in signals.values()]
        self._fold.know({norm for piece in norms.values() for norm in piece})
        self._company = {
            number: (_padded(with_), _padded(unless))
            for number, (with_, unless) in enumerate(company)
            if with_ or unless
        }
        self._single: dict[str, tuple[int, ...]] = {}
        self._keys: dict[int, int] = {}
        self._hashes = _Hashes(tokenizer.vocab.strings.add)
        self._matcher = PhraseMatcher(tokenizer.vocab, attr="NORM")
        for number, group in enumerate(anchors):
            self._add(number, group)
        for number, group in enumerate(signal_phrases):
            self._add(~number, [phrase for phrase in group if len(phrase) > 1])
            for (norm,) in {phrase for phrase in group if len(phrase) == 1}:
                self._single[norm] = (*self._single.get(norm, ()), number)

    def _add(self, number: int, group: list[Phrase]) -> None:
        """Add the phrases of a cue, or of a signal under ~number, to the matcher.

        The phrases are handed over as NORM hashes, as PhraseMatcher's own `__reduce__` does: a
        Doc a phrase would be the documented way, and two thirds of the start-up time.
        """
        if group:
            hash_of = self._hashes.__getitem__
            hashes = [tuple(map(hash_of, phrase)) for phrase in group]
            self._matcher.add(str(number), cast("list[Doc]", hashes))
            self._keys[hash_of(str(number))] = number

    def __call__(self, doc: Doc) -> Doc:
        """Write what is found in `doc`, in order of place."""
        words, _, starts, _ = doc.user_data[TOKENS]
        norms = list(map(self._fold.__getitem__, words))
        doc.user_data[NORMS] = norms
        single = map(self._single.get, norms)
        signals = [(n, i) for i, numbers in enumerate(single) if numbers for n in numbers]
        anchors: list[tuple[int, int, int]] = []
        company = _Company(norms, starts, self._company)
        for key, start, end in self._matcher(doc):
            number = self._keys[key]
            if number < 0:
                signals.append((~number, start))
            elif number not in self._company or company(start, number):
                anchors.append((start, end, number))
        found = _longest([(s, e, self._cues[n]) for s, e, n in anchors])
        doc.spans[CUES] = [Span(doc, s, e, label=cue.tactic, span_id=cue.id) for s, e, cue in found]
        doc.user_data[CUES] = [(cue.id, cue.tactic, start, end) for start, end, cue in found]
        doc.user_data[SIGNALS] = signals
        return doc


class _Company:
    """Tells whether the sentence around a token holds a `with` phrase and no `unless` phrase.

    Each question is asked of each sentence once: one without end may match a cue a thousand times.
    """

    def __init__(
        self, norms: list[str], starts: list[bool], company: Mapping[int, tuple[Phrase, Phrase]]
    ) -> None:
        self._norms, self._starts, self._company = norms, starts, company
        self._answers: dict[tuple[int, int], bool] = {}

    @cached_property
    def _bounds(self) -> list[int]:
        """Where sentences begin, and where the last one ends."""
        inner = (i for i in range(1, len(self._norms)) if self._starts[i])
        return [0, *inner, len(self._norms)]

    def __call__(self, at: int, number: int) -> bool:
        sentence = bisect_right(self._bounds, at)
        key = sentence, number
        if key not in self._answers:
            words = self._norms[self._bounds[sentence - 1] : self._bounds[sentence]]
            self._answers[key] = self._holds(f" {' '.join(words)} ", number)
        return self._answers[key]

    def _holds(self, sentence: str, number: int) -> bool:
        with_, unless = self._company[number]
        there = sentence.__contains__
        return (not with_ or any(map(there, with_))) and not any(map(there, unless))


class _Norms(dict[str, tuple[str, ...]]):
    """Word of a phrase -> its folded tokens, each worked out once."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer

    def __missing__(self, word: str) -> tuple[str, ...]:
        self[word] = norms = tuple(map(self._tokenizer.folder, self._tokenizer.words(word)))
        return norms

    def of(self, variant: str) -> Phrase:
        """Return the folded tokens of a phrase without alternatives."""
        return tuple(chain.from_iterable(map(self.__getitem__, variant.split())))


class _Hashes(dict[str, int]):
    """Norm -> its hash in the vocabulary's string store."""

    def __init__(self, add: Callable[[str], int]) -> None:
        self._add = add

    def __missing__(self, norm: str) -> int:
        self[norm] = hashed = self._add(norm)
        return hashed


def _padded(group: list[Phrase]) -> tuple[str, ...]:
    """Return folded phrases framed by blanks, to be looked for in a framed sentence."""
    return tuple({f" {' '.join(phrase)} ": None for phrase in group})


def _longest(anchors: list[tuple[int, int, Cue]]) -> list[tuple[int, int, Cue]]:
    """Drop what lies inside a longer match of the same tactic."""
    kept: list[tuple[int, int, Cue]] = []
    reach: dict[str, int] = {}
    for start, end, cue in sorted(anchors, key=lambda a: (a[0], -a[1], a[2].id)):
        if end > reach.get(cue.tactic, 0):
            reach[cue.tactic] = end
            kept.append((start, end, cue))
    return kept
