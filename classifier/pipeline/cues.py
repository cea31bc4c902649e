"""Find the cues and signals of a language in a Doc: one PhraseMatcher over folded words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import accumulate

from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc, Span

from classifier.languages import Cue, phrase_variants
from classifier.pipeline.tokenizer import TOKENS, Folder, Tokenizer

CUES = "cues"
"""Key of `doc.spans`: one Span a cue found; `label_` is the tactic, `id_` the cue."""

SIGNALS = "signals"
"""Key of `doc.user_data`: pairs (number of the signal in SIGNAL_NAMES, token index)."""

_ANCHOR, _WITH, _UNLESS, _SIGNAL = range(4)


class CueFinder:
    """A pipeline component that writes `doc.spans[CUES]` and `doc.user_data[SIGNALS]`.

    Phrases are matched on NORM, where all forms of a word are one; phrases under `with` and
    `unless` look at the same sentence.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        folder: Folder,
        cues: Iterable[Cue],
        signals: Mapping[str, tuple[str, ...]],
        lists: Mapping[str, tuple[str, ...]],
    ) -> None:
        self._cues = tuple(cues)
        groups = [
            (role, number, group)
            for number, cue in enumerate(self._cues)
            for role, group in ((_ANCHOR, cue.phrases), (_WITH, cue.with_), (_UNLESS, cue.unless))
        ]
        groups += [(_SIGNAL, number, group) for number, group in enumerate(signals.values())]
        phrases = {
            (role, number): [
                tokenizer.words(variant)
                for phrase in group
                for variant in phrase_variants(phrase, lists)
            ]
            for role, number, group in groups
        }
        folder.know({folder(word) for group in phrases.values() for ws in group for word in ws})
        self._matcher, self._roles = _matcher(tokenizer, folder, phrases)

    def __call__(self, doc: Doc) -> Doc:
        """Write what is found in `doc`, in order of place."""
        anchors: list[tuple[int, int, int]] = []
        companions: list[tuple[int, int, int]] = []
        signals: list[tuple[int, int]] = []
        for key, start, end in self._matcher(doc):
            role, number = self._roles[key]
            if role == _SIGNAL:
                signals.append((number, start))
            elif role == _ANCHOR:
                anchors.append((start, end, number))
            else:
                companions.append((role, number, start))
        if any(self._cues[number].with_ or self._cues[number].unless for *_, number in anchors):
            anchors = self._in_company(doc, anchors, companions)
        found = _longest([(start, end, self._cues[number]) for start, end, number in anchors])
        doc.spans[CUES] = [
            Span(doc, start, end, label=cue.tactic, span_id=cue.id) for start, end, cue in found
        ]
        doc.user_data[SIGNALS] = signals
        return doc

    def _in_company(
        self,
        doc: Doc,
        anchors: list[tuple[int, int, int]],
        companions: list[tuple[int, int, int]],
    ) -> list[tuple[int, int, int]]:
        """Keep the anchors whose sentence holds a `with` phrase and no `unless` phrase."""
        sentence = list(accumulate(map(int, doc.user_data[TOKENS][2])))
        there = {(role, number, sentence[start]) for role, number, start in companions}
        return [
            (start, end, number)
            for start, end, number in anchors
            if (not self._cues[number].with_ or (_WITH, number, sentence[start]) in there)
            and (_UNLESS, number, sentence[start]) not in there
        ]


def _matcher(
    tokenizer: Tokenizer, folder: Folder, phrases: Mapping[tuple[int, int], list[list[str]]]
) -> tuple[PhraseMatcher, dict[int, tuple[int, int]]]:
    """Return the matcher, and its key -> (role, number).

    The phrases are handed over as NORM hashes, as PhraseMatcher's own `__reduce__` does: a Doc
    a phrase would be the documented way, and two thirds of the start-up time.
    """
    strings = tokenizer.vocab.strings
    matcher = PhraseMatcher(tokenizer.vocab, attr="NORM")
    roles = {}
    for (role, number), group in phrases.items():
        if group:
            key = f"{role}/{number}"
            matcher.add(key, [tuple(strings.add(folder(w)) for w in words) for words in group])
            roles[strings[key]] = (role, number)
    return matcher, roles


def _longest(anchors: list[tuple[int, int, Cue]]) -> list[tuple[int, int, Cue]]:
    """Drop what lies inside a longer match of the same tactic."""
    kept: list[tuple[int, int, Cue]] = []
    reach: dict[str, int] = {}
    for start, end, cue in sorted(anchors, key=lambda a: (a[0], -a[1], a[2].id)):
        if end > reach.get(cue.tactic, 0):
            reach[cue.tactic] = end
            kept.append((start, end, cue))
    return kept
