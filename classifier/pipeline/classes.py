"""Which class each token belongs to: a look-up by NORM."""

from __future__ import annotations

from collections.abc import Mapping

from spacy.tokens import Doc

from classifier.pipeline.cues import NORMS
from classifier.pipeline.tokenizer import MAX_FOLDED, Folder

CLASSES = "classes"
"""Key of `doc.user_data`: the place in CLASS_NAMES of each token's class, or NO_CLASS."""

NO_CLASS = -1

SHORTEST_REST = 3
"""Letters that must remain when a Hebrew particle comes off."""


class ClassFinder:
    """A pipeline component that writes `doc.user_data[CLASSES]`; needs the norms of the cues."""

    def __init__(
        self, classes: Mapping[str, int], folder: Folder, prefixes: tuple[str, ...]
    ) -> None:
        self._class_of = _ClassOf(classes, folder, prefixes)

    def __call__(self, doc: Doc) -> Doc:
        """Look up the norm of every token."""
        doc.user_data[CLASSES] = list(map(self._class_of.__getitem__, doc.user_data[NORMS]))
        return doc


class _ClassOf(dict[str, int]):
    """Norm -> place of its class, or NO_CLASS; fills itself, as `Folder` does.

    Hebrew particles come off when what remains is a word of some class.
    """

    def __init__(
        self, classes: Mapping[str, int], folder: Folder, prefixes: tuple[str, ...]
    ) -> None:
        self._classes: dict[str, int] = {}
        for word, number in classes.items():
            self._classes.setdefault(folder(word), number)
        self._prefixes = prefixes

    def __missing__(self, norm: str) -> int:
        """Work out the class of a new norm."""
        if len(self) >= MAX_FOLDED:
            self.clear()
        number = self[norm] = self._find(norm)
        return number

    def _find(self, norm: str) -> int:
        rests = [norm[len(p) :] for p in self._prefixes if norm.startswith(p)]
        known = [norm, *(rest for rest in rests if len(rest) >= SHORTEST_REST)]
        return next((self._classes[form] for form in known if form in self._classes), NO_CLASS)
