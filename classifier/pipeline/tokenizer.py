"""One tokenizer for English, French and Hebrew, and the forms its words are matched under.

spaCy's stock tokenizers cost two to four times as much and importing `spacy.lang.fr` alone takes
four seconds, so one documented regular expression cuts the text and a table folds the words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING, cast

import numpy as np
from spacy.attrs import SENT_START
from spacy.strings import StringStore
from spacy.tokens import Doc
from spacy.vocab import Vocab

from classifier.languages import Forms
from classifier.pipeline.sentences import sentence_starts

if TYPE_CHECKING:
    from thinc.types import Ints2d

MAX_TOKEN = 200
"""Longer stretches without a space are split: nothing a person writes is one word of this size."""

MAX_FOLDED = 50_000
"""Forms remembered at most (10 MB); beyond that the memory starts anew."""

MAX_CHUNKS = 50_000
"""Stretches between spaces remembered at most (26 MB); beyond that the memory starts anew."""

MAX_CHUNK_CHARS = 40
"""Longer stretches are not remembered: they seldom come again."""

TOKENS = "tokens"
"""Key of `doc.user_data`: words, spaces, whether a sentence starts there, and int32 (n_tokens,) its
number: plain values of all tokens, since asking each Token costs 0.5 µs a value."""

_TOKEN = r"""
    (
      (?:[Hh][Tt][Tt][Pp][Ss]?://|[Ww]{3}\.)\S{1,200}  # a link
    | [\w.+-]{1,80}@[\w-]{1,80}(?:\.[\w-]{1,40}){1,5}  # an address
    | %(elision)s
      \{\{?[\w .]{1,40}\}\}?                           # an unfilled merge slot
    | \[[^\W\d_][\w ]{1,30}\](?!\()                    # the same, in brackets
    | \d[\d.,:/%%]{0,40}(?:\d|%%)?                       # a number, date, time or share
    | [^\W\d_]{1,200}                                  # a word ...
      (?:['"][^\W\d_]{1,20})*                          # ... with an apostrophe or gershayim
      (?:(?i:%(endings)s))?                            # ... and a gender ending
    | [^\w\s]{6,200}                                   # a rule or a row of emoji
    | ([^\w\s])\2{0,4}                                 # punctuation or an emoji, repeated
    | _{1,200}
    | \s+                                              # white space beyond a single space
    )
    (\ ?)
"""
_ELISION = (
    r"(?i:(?:qu|jusqu|lorsqu|puisqu|[ldjmtnscç])'(?=[^\W\d_])"
    r"|-(?:moi|toi|nous|vous|tu|je|ils?|elles?|on|les?|la|en|y|ce)\b)|"
)
"""French: `l'`, `qu'` and the pronoun after an inverted verb are words of their own."""
_ENDINGS = {
    "en": r"(?!)",
    "fr": r"[.·](?:e|ne|rice|euse|trice|ive|se|le|te)(?:[.·]?s)?\b|\(e\)(?:s|\(s\))?|\(s\)",
    "he": r"[/.](?:ית|ות|ים|ת|ה|י|ו|ן)(?![\w])",  # noqa: RUF001
}
"""Written-out gender: `motivé(e)`, `candidat·e·s`, `מעוניין/ת`."""


def token_pattern(lang: str) -> re.Pattern[str]:
    """Return the expression whose matches, laid end to end, are the text."""
    elision = _ELISION if lang == "fr" else ""
    pattern = _TOKEN % {"elision": elision, "endings": _ENDINGS[lang]}
    return re.compile(pattern, re.VERBOSE)


def fold(word: str) -> str:
    """Return `word` without case and accents.

    >>> fold("Référence")
    'reference'
    """
    word = word.casefold()
    if word.isascii():
        return word
    decomposed = unicodedata.normalize("NFD", word)
    return "".join(char for char in decomposed if not unicodedata.combining(char)) or word


class Folder(dict[str, str]):
    """Word -> the form it is matched under: folded, gender ending off, lemma for form.

    A dict that fills itself, so that a known word costs one look-up without a Python call.

    Hebrew particles (and, the, in, to, as, that, from; `prefixes` in forms.toml) come off when
    what remains is a word that some cue names; other words keep them, since blind stripping
    eats real letters.
    """

    def __init__(self, lang: str, forms: Forms) -> None:
        self._lemmas = {fold(form): lemma for form, lemma in forms.lemmas.items()}
        self._ending = re.compile(f"(?:{_ENDINGS[lang]})$", re.IGNORECASE)
        self._prefixes = forms.prefixes
        self._cue_words: Set[str] = frozenset()

    def know(self, cue_words: Set[str]) -> None:
        """Take note of the folded words that cues name."""
        self._cue_words = cue_words
        self.clear()

    def __missing__(self, word: str) -> str:
        """Work out the form of a new word."""
        if len(self) >= MAX_FOLDED:
            self.clear()
        form = self[word] = self._form(word)
        return form

    def __call__(self, word: str) -> str:
        """Return the matched form of `word`; spaCy asks for NORM in this way."""
        return self[word]

    def _form(self, word: str) -> str:
        folded = fold(self._ending.sub("", word) or word)
        if folded in self._lemmas:
            return self._lemmas[folded]
        if folded in self._cue_words:
            return folded
        for prefix in self._prefixes:
            rest = folded[len(prefix) :]
            if len(rest) > 1 and folded.startswith(prefix):
                rest = self._lemmas.get(rest, rest)
                if rest in self._cue_words:
                    return rest
        return folded


class Tokenizer:
    """Cuts clean text into a spaCy Doc, with sentence starts, whose text is the same."""

    def __init__(self, vocab: Vocab, lang: str, folder: Folder) -> None:
        self.vocab = vocab
        self.lang = lang
        self.folder = folder
        self._findall: Callable[[str], list[tuple[str, str, str]]] = token_pattern(lang).findall
        self._chunks = Chunks(self._findall, vocab.strings)

    def words(self, text: str) -> list[str]:
        """Return only the words, without building a Doc."""
        return [piece[0] for piece in self._findall(text)]

    def cut(self, text: str) -> tuple[list[str], list[bool], Sequence[str | int]]:
        """Return the words, whether a space follows each, and what spaCy knows each by."""
        chunks = map(self._chunks.__getitem__, text.split(" "))
        words, spaces, keys = (
            list(chain.from_iterable(part)) for part in zip(*chunks, strict=True)
        )
        if _NOT_ALONE in spaces:
            pieces = self._findall(text)
            words = [piece[0] for piece in pieces]
            return words, [piece[2] == " " for piece in pieces], words
        spaces[-1] = False
        return words, spaces, keys

    @contextmanager
    def memory_zone(self, mem: object = None) -> Iterator[None]:  # noqa: ARG002
        """Forget what was met inside; spaCy, which does so with its words, enters this too."""
        before = dict(self._chunks)
        try:
            yield
        finally:
            self._chunks.clear()
            self._chunks.update(before)

    def __call__(self, text: str) -> Doc:
        """Return the Doc of `text`."""
        words, spaces, keys = self.cut(text)
        starts = sentence_starts(words)
        begins = np.array(starts, dtype=np.int64)
        doc = Doc(self.vocab, words=cast("list[str]", keys), spaces=spaces)
        # Doc(sent_starts=...) does the same token by token, and takes as long as all the rest.
        # spaCy writes 1 where a sentence begins and -1 where none does, both as uint64.
        doc.from_array(SENT_START, cast("Ints2d", (2 * begins - 1).view(np.uint64)))
        sentence_of = np.maximum(np.cumsum(begins, dtype=np.int32) - 1, 0, dtype=np.int32)
        doc.user_data[TOKENS] = (words, spaces, starts, sentence_of)
        return doc


Chunk = tuple[tuple[str, ...], tuple[bool | None, ...], tuple[str | int, ...]]
"""The words of a stretch of text, whether a space follows each, and their keys in spaCy."""

_NOT_ALONE = None
"""Stands among the spaces of a stretch that cannot be cut without what is around it."""


class Chunks(dict[str, Chunk]):
    """Text between two spaces -> the cut of it, so that a known stretch costs one look-up.

    spaCy's own tokenizer remembers such stretches too. A slot, or white space beside the single
    space, may go on in the next stretch, so it cannot be cut alone. The keys are hashes in the
    string store: a Doc is made from them three times as fast as from words.
    """

    def __init__(
        self, findall: Callable[[str], list[tuple[str, str, str]]], strings: StringStore
    ) -> None:
        self._findall = findall
        self._strings = strings

    def __missing__(self, chunk: str) -> Chunk:
        """Cut a new stretch."""
        pieces = self._findall(f"{chunk} ")
        if not pieces[-1][2] or "{" in chunk or "[" in chunk:
            return (), (_NOT_ALONE,), ()
        words = tuple(piece[0] for piece in pieces)
        spaces = (*[False] * (len(words) - 1), True)
        if len(chunk) > MAX_CHUNK_CHARS:
            return words, spaces, words
        if len(self) >= MAX_CHUNKS:
            self.clear()
        self[chunk] = cut = words, spaces, tuple(map(self._strings.add, words))
        return cut
