"""Names, addresses, numbers and links out of a text, so that it can be handed on.

Words and what they are come from the pipeline, given names and surnames from Faker's lists. When
in doubt a word is masked, for a word lost costs a model little. What this cannot see: names in
small letters that are on no list, Hebrew names that are on none, unusual words, and who somebody
is from what is told of them. A person must read the result.

The masks are chosen so that a model reads about the same: a link stays a link, a number a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import import_module

from classifier.features.words import feature_word
from classifier.languages import function_words
from classifier.languages.classes import CLASS_NAMES
from classifier.pipeline import Reading, pipeline_for, read
from classifier.schema import ConfigError

MASKS = {"en": "X", "fr": "X", "he": "פלוני"}
"""What stands in place of a name."""

SPECIAL = {"@": "x@example.org", "www": "https://example.org"}
"""What stands in place of a mail address and a link."""

LOCALES = ("en_US", "en_GB", "fr_FR", "he_IL")

SIGNATURE_WORDS = 4
"""A last line of so many words or fewer is taken for a signature."""

_HELLO = CLASS_NAMES.index("hello")
_CV = CLASS_NAMES.index("cv")
"""In Hebrew the word before one that is a man's name, too."""
_KIN = CLASS_NAMES.index("kin")
"""The Hebrew word for an uncle is David, too."""
_HANDLE = re.compile(r"(?<!\S)@\w+")
_PARTICLES = "ולבשמהכ"
_SHORTEST_NAME = 3
_STREETS = frozenset(("רחוב", "ברחוב", "מרחוב", "שדרות", "בשדרות", "סמטת", "בסמטת"))


def anonymized(text: str, lang: str) -> str:
    """Return `text` with what names or reaches a person masked.

    Args:
        text: in `lang`.
        lang: one of LANGUAGES.

    Raises:
        ConfigError: Faker is not installed.
    """
    reading = read(pipeline_for(lang), _HANDLE.sub("@x", text))
    names = _names_in(reading, lang)
    masked = [
        MASKS[lang] if number in names else _plain(word, norm)
        for number, (word, norm) in enumerate(zip(reading.words, reading.norms, strict=True))
    ]
    spaced = (word + " " * space for word, space in zip(masked, reading.spaces, strict=True))
    return "".join(spaced)


def _plain(word: str, norm: str) -> str:
    """Return a word that is no name, without digits and addresses."""
    found = SPECIAL.get(feature_word(norm)) if len(word) > 1 else None
    return found or re.sub(r"\d", "0", word)


def _names_in(reading: Reading, lang: str) -> set[int]:
    """Return the tokens to mask."""
    lines = list(_lines(reading))
    found = {*_greeted(reading, lines[0])} if lines else set()
    if len(lines) > 1 and len(lines[-1]) <= SIGNATURE_WORDS:
        found |= {i for i in lines[-1] if reading.classes[i] < 0}
    finder = _hebrew if lang == "he" else _capital
    return found | {*finder(reading)}


def _lines(reading: Reading) -> Iterator[list[int]]:
    """Yield the words of each line, as token indices."""
    line: list[int] = []
    for i, word in enumerate(reading.words):
        if "\n" in word and line:
            yield line
            line = []
        elif word[0].isalpha():
            line.append(i)
    if line:
        yield line


def _greeted(reading: Reading, line: Sequence[int]) -> Iterator[int]:
    """Yield whom the first line greets: after a hello, or before a comma, words of no class."""
    for i in line:
        if reading.classes[i] != _HELLO and reading.classes[i] < 0:
            starts = i == 0 and reading.words[1:2] == [","]
            if starts or (i and reading.classes[i - 1] == _HELLO):
                yield i


def _capital(reading: Reading) -> Iterator[int]:
    """Yield capital words inside a sentence, and names at the head of one."""
    names = names_known()
    for i, word in enumerate(reading.words):
        if word[0].isupper() and not _OWN.match(word):
            starts = not i or reading.sentence_of[i] != reading.sentence_of[i - 1]
            if not starts and "\n" not in reading.words[i - 1]:
                if len(word) > 1 and not (word.isupper() and word in _ACRONYMS):
                    yield i
            elif word.casefold() in names and reading.classes[i] < 0:
                yield i


_OWN = re.compile(r"(?i:i(?:['\u2019].*)?$)|\w+['\u2019]$")
"""The writer, who is no name, in English; a French article before its word."""

_ACRONYMS = frozenset(("CV", "HR", "RH", "PDF", "CDI", "CDD", "CEO", "PS"))
"""Capitals that are no names, and that the rules listen for."""


def _hebrew(reading: Reading) -> Iterator[int]:
    """Yield known names, with a particle or without, and the words after a street."""
    names = names_known()
    for i, word in enumerate(reading.words):
        known = any(form in names for form in (word, *_without_particles(word)))
        after_street = i and reading.words[i - 1] in _STREETS
        if word[0].isalpha() and (after_street or (known and _may_name(reading, i))):
            yield i


def _may_name(reading: Reading, i: int) -> bool:
    """Tell whether a word on the list may be a name here, and is not one of the plainest words."""
    after_cv = i > 0 and reading.classes[i - 1] == _CV
    plain = reading.norms[i] in function_words("he") or after_cv
    return not plain and (reading.classes[i] < 0 or reading.classes[i] == _KIN)


def _without_particles(word: str) -> Iterator[str]:
    """Yield what may be left of a word when one or two particles come off."""
    for rest in (word[1:], word[2:]):
        if word[: len(word) - len(rest)].strip(_PARTICLES) == "" and len(rest) >= _SHORTEST_NAME:
            yield rest


@cache
def names_known() -> frozenset[str]:
    """Return given names and surnames of the three languages, in small letters.

    Raises:
        ConfigError: Faker is not installed.
    """
    try:
        lists = [import_module(f"faker.providers.person.{one}").Provider for one in LOCALES]
    except ImportError as error:
        raise ConfigError("--anonymize needs names: pip install 'blastcheck[anonymize]'") from error
    names = (name for one in lists for name in (*one.first_names, *one.last_names))
    return frozenset(part.casefold() for name in names for part in name.split() if len(part) > 1)
