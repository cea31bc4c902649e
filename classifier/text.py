"""Clean text whose offsets still point into the user's own: normalize, and detect the language.

Two runtimes must agree on these steps (models/FORMAT.md), so each is a table or a rule of one
line, and none needs more than Unicode's own data.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from classifier.languages import function_words
from classifier.schema import LANGUAGES

MAX_OWN_CHARS = 50_000
"""Own words beyond this many code points are not judged, and the report says so."""

MAX_RUN = 20
"""A run of one character longer than this is cut to KEPT_RUN: 20,000 "!" cost a minute."""

KEPT_RUN = 3

_ONE_TO_ONE = {
    **dict.fromkeys(map(ord, "\u2018\u2019\u201a\u201b\u02bc\u2032\u00b4\u0060\u05f3\uff07"), "'"),
    **dict.fromkeys(map(ord, "\u201c\u201d\u201e\u201f\u2033\u05f4\uff02"), '"'),
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2212\u05be"), "-"),
    **dict.fromkeys(map(ord, "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006"), " "),
    **dict.fromkeys(map(ord, "\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t\v\f"), " "),
    **dict.fromkeys(map(ord, "\r\u0085\u2028\u2029"), "\n"),
}
_GONE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\ufe00-\ufe0f\ufeff\U000e0000-\U000e007f"
)
_INVISIBLE = re.compile(f"[{_GONE}]")
_LOOK_ALIKE = dict(
    zip(
        "АВЕЅІЈКМНОРСТУХаеѕіјорсухһԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧοανυρıɑɡ",  # noqa: RUF001
        "ABESIJKMHOPCTYXaesijopcyxhdqwABEZHIKMNOPTYXoavupiag",
        strict=True,
    )
)
"""Cyrillic and Greek letters drawn like Latin ones, a subset of Unicode TR39's confusables."""
_FOREIGN = re.compile("[\u0250-\u052f]")
_LATIN = re.compile("[A-Za-z]")
_UNUSUAL = re.compile(
    f"[{_GONE}\u0131\u0250-\u052f\u1d00-\u1dbf\u1e00-\u1eff\u2070-\u209f\u2100-\u214f"
    "\u2460-\u24ff\u0300-\u036f\u3099\u309a\ufb00-\ufb4f\uff00-\uffef\U0001d400-\U0001d7ff"
    "\U0001f100-\U0001f1e5\ud800-\udfff]"
)
"""Anything that needs the slow path; plain English, French and Hebrew have none of it."""
_LONG_RUN = re.compile(r"(\S)\1{%d,}" % MAX_RUN)
_SPACED = re.compile(r"(?<!\S)[^\W\d_](?:[ .\-_*]{1,2}[^\W\d_]){3,}(?!\S)")
_WORD = re.compile(r"[^\W\d_]+")
_HEBREW = re.compile(r"[\u05d0-\u05ea]")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+")
_DETECT_CHARS = 1_500


@dataclass(frozen=True, slots=True)
class CleanText:
    """The own words of a message, normalized, with the way back."""

    text: str
    origins: tuple[int, ...] | range
    """`origins[i]` is the offset in `Message.text` of the character behind `text[i]`."""
    cut: bool = False
    """The own words were longer than MAX_OWN_CHARS."""

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the offsets into `Message.text` of `text[start:end]` (not empty)."""
        return self.origins[start], self.origins[end - 1] + 1


def clean(text: str, spans: Iterable[tuple[int, int]] | None = None) -> CleanText:
    """Normalize the stretches `spans` of `text` (all of it by default), joined by line ends.

    >>> clean("l\N{RIGHT SINGLE QUOTATION MARK}as\N{SOFT HYPHEN}censeur").text
    "l'ascenseur"
    """
    own = [(0, len(text))] if spans is None else list(spans)
    pieces = [text[start:end] for start, end in own]
    joined = "\n\n".join(pieces)
    origins: tuple[int, ...] | range
    if len(own) == 1:
        origins = range(own[0][0], own[0][1])
    else:
        origins = tuple(
            i
            for number, (start, end) in enumerate(own)
            for i in (*((start, start) if number else ()), *range(start, end))
        )
    cut = len(joined) > MAX_OWN_CHARS
    if cut:
        joined, origins = joined[:MAX_OWN_CHARS], origins[:MAX_OWN_CHARS]
    if not joined.isascii():
        joined = joined.translate(_ONE_TO_ONE)
        if _UNUSUAL.search(joined):
            joined, origins = _unusual(joined, origins)
    elif "\r" in joined or "\t" in joined or "`" in joined:
        joined = joined.translate(_ONE_TO_ONE)
    for pattern, keep in ((_LONG_RUN, _keep_run), (_SPACED, _keep_letters)):
        if pattern.search(joined):
            joined, origins = _shorten(joined, origins, pattern, keep)
    return CleanText(joined, origins, cut)


def _unusual(
    text: str, origins: tuple[int, ...] | range
) -> tuple[str, tuple[int, ...]]:
    """Compose, drop what is invisible, and read look-alike letters as what they look like."""
    latin = len(_LATIN.findall(text)) > 2 * len(_FOREIGN.findall(text))
    out: list[str] = []
    kept: list[int] = []
    for cluster, start in _clusters(text):
        plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", cluster))
        for char in plain:
            if char == "\ufffd" or 0xD800 <= ord(char) < 0xE000:
                char = "\ufffd"  # noqa: PLW2901
            elif latin:
                char = _LOOK_ALIKE.get(char, char)  # noqa: PLW2901
            if not _INVISIBLE.match(char):
                out.append(char)
                kept.append(origins[start])
    return "".join(out).translate(_ONE_TO_ONE), tuple(kept)


def _clusters(text: str) -> Iterable[tuple[str, int]]:
    """Yield each base character with its combining marks, and where it begins."""
    start = 0
    for i in range(1, len(text) + 1):
        if i == len(text) or not unicodedata.combining(text[i]):
            yield text[start:i], start
            start = i


def _keep_run(match: re.Match[str]) -> range:
    return range(match.start(), match.start() + KEPT_RUN)


def _keep_letters(match: re.Match[str]) -> list[int]:
    return [match.start() + i for i, char in enumerate(match[0]) if char.isalpha()]


def _shorten(
    text: str, origins: tuple[int, ...] | range, pattern: re.Pattern[str], keep: object
) -> tuple[str, tuple[int, ...]]:
    """Keep of every match of `pattern` only the positions that `keep` names."""
    kept: list[int] = []
    at = 0
    for match in pattern.finditer(text):
        kept += range(at, match.start())
        kept += keep(match)  # type: ignore[operator]
        at = match.end()
    kept += range(at, len(text))
    return "".join(text[i] for i in kept), tuple(origins[i] for i in kept)


def detect_language(text: str) -> str:
    """Return `en`, `fr`, `he`, or `other` for clean text.

    Hebrew is told by its letters, the rest by function words; words that only other languages
    use (`languages/other.txt`) vote for `other`. Text with no function word at all counts as
    English when it is plain ASCII: names and links say nothing, and most chat slang is English.

    >>> detect_language("je cherche un poste"), detect_language("ich suche eine Stelle")
    ('fr', 'other')
    """
    sample = _ADDRESS.sub(" ", text[:_DETECT_CHARS])
    hebrew = len(_HEBREW.findall(sample))
    letters = sum(map(len, _WORD.findall(sample)))
    if hebrew > 0.3 * letters:
        return "he"
    if len(_LATIN.findall(sample)) < 0.5 * letters or not letters:
        return "other"
    words = [word.casefold() for word in _WORD.findall(sample)]
    votes = {lang: sum(map(known.__contains__, words)) for lang, known in _vocabularies().items()}
    best = max(votes, key=votes.__getitem__)
    if votes[best] == 0:
        return "en" if sample.isascii() else "other"
    return best


@cache
def _vocabularies() -> dict[str, frozenset[str]]:
    """Function words per Latin-script language, in order of preference on a tie."""
    return {lang: function_words(lang) for lang in (*LANGUAGES[:2], "other")}
