"""One tokenizer for English, French and Hebrew, and the forms its words are matched under.

spaCy's stock tokenizers cost two to four times as much and importing `spacy.lang.fr` alone takes
four seconds, so one documented regular expression cuts the text and a table folds the words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Set

from spacy.tokens import Doc
from spacy.vocab import Vocab

from classifier.languages import Forms
from classifier.pipeline.sentences import sentence_starts

MAX_TOKEN = 200
"""Longer stretches without a space are split: nothing a person writes is one word of this size."""

MAX_FOLDED = 200_000
"""Forms remembered at most; beyond that the memory starts anew."""

TOKENS = "tokens"
"""Key of `doc.user_data`: (words, spaces, starts), since asking each Token costs 0.5 µs a value."""

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

    def words(self, text: str) -> list[str]:
        """Return only the words, without building a Doc."""
        return [piece[0] for piece in self._findall(text)]

    def __call__(self, text: str) -> Doc:
        """Return the Doc of `text`."""
        pieces = self._findall(text)
        words = [piece[0] for piece in pieces]
        spaces = [piece[2] == " " for piece in pieces]
        starts = sentence_starts(words)
        doc = Doc(self.vocab, words=words, spaces=spaces, sent_starts=[*starts])
        doc.user_data[TOKENS] = (words, spaces, starts)
        return doc
