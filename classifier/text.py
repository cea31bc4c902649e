"""Clean text whose offsets still point into the user's own: normalize, and detect the language.

Two runtimes must agree on these steps (models/FORMAT.md), so each is a table or a rule of one
line, and none needs more than Unicode's own data.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from classifier.languages import function_words
from classifier.schema import LANGUAGES

MAX_OWN_CHARS = 50_000
"""Own words beyond this many code points are not judged, and the report says so."""

LONGEST_PLAIN = 60
"""Longer stretches without a space are looked at for runs: 20,000 "!" must not outweigh words."""

KEPT_RUN = 3
"""What stays of a run of one character."""

_PLAIN = {
    "'": "\u2018\u2019\u201a\u201b\u02bc\u2032\u00b4\u0060\u05f3\uff07",
    '"': "\u201c\u201d\u201e\u201f\u2033\u05f4\uff02",
    "-": "\u2010\u2011\u2012\u2013\u2212\u05be",
    " ": "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\t\v\f",
    "\n": "\r\u0085\u2028\u2029",
}
_FANCY = {
    fancy: plain
    for plain, chars in _PLAIN.items()
    for fancy in chars.replace("\u2000-\u200a", "".join(map(chr, range(0x2000, 0x200B))))
}
"""Characters written as another that means the same; the length stays."""
_ANY_FANCY = re.compile(f"[{re.escape(''.join(_FANCY))}]")
_GONE = (
    "\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\uffa0\ufff9-\ufffb\ufe00-\ufe0f\ufeff"
    "\u0591-\u05bd\u05bf\u0640\u05c1\u05c2\u05c4\u05c5\u05c7\U0001d173-\U0001d17a\U000e0000-\U000e01ef"
)
_INVISIBLE = re.compile(f"[{_GONE}]")
_LOOK_ALIKE = str.maketrans(
    "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢАВЕЅІЈКМНОРСТУХаеѕіјорсухһԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧοανυρıɑɡ",
    "abcdefghijklmnoprstuvwyzABESIJKMHOPCTYXaesijopcyxhdqwABEZHIKMNOPTYXoavupiag",
)
"""Small capitals, and Cyrillic and Greek letters drawn like Latin ones (Unicode TR39)."""
_FOREIGN = re.compile("[\u0250-\u052f\u1d00-\u1d7f\ua730\ua731]")
_MARKS = frozenset({"Mn", "Me"})
"""Marks that compose with no letter: struck through, underlined, enclosed."""
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_LONG_RUN = re.compile(r"(\S)\1{20,}")
_LATIN = re.compile("[A-Za-z]")
_UNUSUAL = re.compile(
    f"[{_GONE}\ua730\ua731\u0131\u0250-\u052f\u1d00-\u1dbf\u1e00-\u1eff\u2070-\u209f\u2100-\u214f"
    "\u2460-\u24ff\u0300-\u036f\u20d0-\u20ff\u3099\u309a\ufb00-\ufb4f\uff00-\uffef\U0001d400-\U0001d7ff"
    "\U0001f100-\U0001f1e5\ud800-\udfff]"
)
"""Anything that needs the slow path; plain English, French and Hebrew have none of it."""
_STABLE = re.compile("[\n -~\u00c0-\u00ff\u05d0-\u05ea]+(?![^\n -~\u00c0-\u00ff\u05d0-\u05ea])")
"""Stretches that composing leaves alone; not a letter before a mark that may join it."""
_SPACED = re.compile(
    r"(?<!\S)[^\W\d_](?:([.\-_*])[^\W\d_](?:\1[^\W\d_]){2,}|(?:[ .\-_*]{1,2}[^\W\d_]){3,})(?!\S)"
)
"""Where one mark stands between all letters, a blank ends the word."""
_PERHAPS_SPACED = re.compile(r"[ .\-_*]\w[ .\-_*]\w[ .\-_*]")
_WORD = re.compile(r"[^\W\d_]+")
_HEBREW = re.compile(r"[\u05d0-\u05ea]")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+")
_DETECT_CHARS = 1_500


_SEPARATOR = "\n\n"

Origins = Sequence[int]


@dataclass(frozen=True, slots=True)
class CleanText:
    """The own words of a message, normalized, with the way back."""

    text: str
    origins: Origins
    """`origins[i]` is the offset in `Message.text` of the character behind `text[i]`."""
    cut: bool = False
    """The own words were longer than MAX_OWN_CHARS."""

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the offsets into `Message.text` of `text[start:end]` (not empty)."""
        return self.origins[start], self.origins[end - 1] + 1


def clean(
    text: str, spans: Sequence[tuple[int, int]] | None = None, *, subject: str = ""
) -> CleanText:
    """Normalize the stretches `spans` of `text` (all of it by default), a blank line between.

    A `subject` goes first; its characters have origins below zero, counted from the end.

    >>> clean("l\N{RIGHT SINGLE QUOTATION MARK}as\N{SOFT HYPHEN}censeur").text
    "l'ascenseur"
    """
    own = [(0, len(text))] if spans is None else spans
    pieces = [(text[start:end], start) for start, end in own]
    if subject:
        pieces.insert(0, (subject, -len(subject)))
    joined = _SEPARATOR.join(piece for piece, _ in pieces)
    origins = _origins(pieces)
    cut = len(joined) > MAX_OWN_CHARS
    if cut:
        joined, origins = joined[:MAX_OWN_CHARS], origins[:MAX_OWN_CHARS]
    joined = _plain(joined)
    if (_CONTROL if joined.isascii() else _UNUSUAL).search(joined):
        joined, origins = _unusual(joined, origins)
    if max(map(len, joined.split()), default=0) > LONGEST_PLAIN:
        joined, origins = _cut_runs(joined, origins)
    if _PERHAPS_SPACED.search(joined) and _SPACED.search(joined):
        joined, origins = _closed_up(joined, origins)
    return CleanText(joined, origins, cut)


def _plain(text: str) -> str:
    """Replace the characters of _FANCY; `str.translate`, which looks each one up, is slower."""
    text = text.replace("\r\n", " \n")
    if _ANY_FANCY.search(text):
        for char in _FANCY.keys() & set(text):
            text = text.replace(char, _FANCY[char])
    return text


def _origins(pieces: list[tuple[str, int]]) -> Origins:
    """Return where each character of the joined pieces comes from; separators, the next piece."""
    if len(pieces) == 1:
        return range(pieces[0][1], pieces[0][1] + len(pieces[0][0]))
    origins: list[int] = []
    for number, (piece, start) in enumerate(pieces):
        if number:
            origins += [start] * len(_SEPARATOR)
        origins += range(start, start + len(piece))
    return origins


def _unusual(text: str, origins: Origins) -> tuple[str, Origins]:
    """Compose, drop what is invisible, and read look-alike letters as what they look like."""
    out: list[str] = []
    kept: list[int] = []
    at = 0
    for stable in _STABLE.finditer(text):
        _compose(text[at : stable.start()], origins[at : stable.start()], out, kept)
        out.append(stable[0])
        kept += origins[stable.start() : stable.end()]
        at = stable.end()
    _compose(text[at:], origins[at:], out, kept)
    composed = _plain("".join(out))
    looks = composed.translate(_LOOK_ALIKE)
    if looks != composed and _is_disguise(composed):
        return _unusual(looks, kept) if _UNUSUAL.search(looks) else (looks, kept)
    return composed, kept


def _compose(text: str, origins: Origins, out: list[str], kept: list[int]) -> None:
    """Append the visible characters of `text`, composed, to `out`, and their origins to `kept`."""
    seen = [(char, origin) for char, origin in zip(text, origins, strict=True)
            if not _INVISIBLE.match(char)]  # fmt: skip
    for cluster, origin in _clusters(seen):
        for char in unicodedata.normalize("NFKC", cluster):
            if not (_INVISIBLE.match(char) or unicodedata.category(char) in _MARKS):
                out.append("\ufffd" if "\ud800" <= char < "\ue000" else char)
                kept.append(origin)


def _is_disguise(text: str) -> bool:
    """Tell Latin text with foreign letters put in from text of another script.

    Real Russian or Greek is mostly letters that resemble no Latin one.
    """
    foreign = _FOREIGN.findall(text)
    alike = sum(ord(char) in _LOOK_ALIKE for char in foreign)
    return len(_LATIN.findall(text)) > 2 * len(foreign) or alike > 0.9 * len(foreign)


def _clusters(chars: list[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    """Yield each base character with its combining marks, and where it stood."""
    start = 0
    for i in range(1, len(chars) + 1):
        if i == len(chars) or not unicodedata.combining(chars[i][0]):
            yield "".join(char for char, _ in chars[start:i]), chars[start][1]
            start = i


def _cut_runs(text: str, origins: Origins) -> tuple[str, Origins]:
    """Keep KEPT_RUN of a character that is repeated more than twenty times."""
    kept: list[int] = []
    at = 0
    for match in _LONG_RUN.finditer(text):
        kept += range(at, match.start() + KEPT_RUN)
        at = match.end()
    kept += range(at, len(text))
    return "".join(text[i] for i in kept), [origins[i] for i in kept]


def _closed_up(text: str, origins: Origins) -> tuple[str, Origins]:
    """Close up letters set apart by blanks, points or dashes."""
    kept: list[int] = []
    at = 0
    for match in _SPACED.finditer(text):
        kept += range(at, match.start())
        kept += (match.start() + i for i, char in enumerate(match[0]) if char.isalpha())
        at = match.end()
    kept += range(at, len(text))
    return "".join(text[i] for i in kept), [origins[i] for i in kept]


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
