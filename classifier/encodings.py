"""Bytes to text, whatever the sender's program called its encoding.

Mail says `iso-8859-8-i`, says nothing, or says the wrong thing; people then see Hebrew as
`ùìåí`. `decode` never raises, and names every guess it made.
"""

from __future__ import annotations

import codecs
import re
from functools import cache

MAX_TEXT = 1_000_000
"""Code points kept of one message's text; spaCy refuses more."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ALIASES = {
    "ascii": "windows-1252",
    "us-ascii": "windows-1252",
    "ansi_x3.4-1968": "windows-1252",
    "iso-8859-1": "windows-1252",
    "latin1": "windows-1252",
    "latin-1": "windows-1252",
    "iso-8859-8": "windows-1255",
    "iso-8859-8-i": "windows-1255",
    "iso-8859-8-e": "windows-1255",
    "iso8859-8": "windows-1255",
    "logical": "windows-1255",
    "visual": "windows-1255",
    "hebrew": "windows-1255",
    "dos-862": "cp862",
    "x-mac-hebrew": "windows-1255",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "x-mac-cyrillic": "mac-cyrillic",
    "x-sjis": "shift_jis",
    "x-gbk": "gbk",
    "x-euc-jp": "euc-jp",
    "x-user-defined": "windows-1252",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "utf8mb4": "utf-8",
}
"""What mail writes -> the codec that reads it. As in browsers, a Windows page stands in for the
ISO one it contains, because that is what is really sent under the name."""

_STAND_INS = {
    "iso8859-1": "windows-1252",
    "cp1252": "windows-1252",
    "iso8859-8": "windows-1255",
    "cp1255": "windows-1255",
}
"""Python's name of a codec -> the name used here, for the pages read with `_table`."""

_SEVEN_BIT = ("utf-7", "iso2022", "hz")
_NOT_CHARSETS = {"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape"}
_LOST = "\N{REPLACEMENT CHARACTER}"
_FIRST_LETTER = 0xA0
_FEW = 2
_LONGEST_NAME = 60
_SHORTEST_UTF16 = 8
_GOOD_PER_LOST = 4
_NON_ASCII = re.compile(r"[^\x00-\x7f]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_META = re.compile(rb"""<meta\s[^>]{0,300}?charset\s*=\s*["']?\s*([\w.:-]{1,60})""", re.IGNORECASE)
_XML = re.compile(rb"""^\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,60})""")
_SAMPLE = 4096
_HEBREW_BYTES = re.compile(rb"[\xe0-\xfa]")
_LATIN_LETTERS = re.compile(rb"[A-Za-z\xc0-\xdf\xfb-\xff]")


def decode(data: bytes, *, declared: str | None = None) -> tuple[str, tuple[str, ...]]:
    r"""Return the text of `data` and one sentence for each guess or loss. Never raises.

    In this order: byte order mark, UTF-16 by its NULs, UTF-8, the declared charset, and then
    windows-1255 if that gives Hebrew, else windows-1252.

    >>> decode(b"\xf9\xec\xe5\xed", declared="iso-8859-8-i")[1]
    ()
    """
    for mark, codec in _BOMS:
        if data.startswith(mark):
            return _replacing(data[len(mark) :], codec)
    if wide := _utf16_without_mark(data):
        return _replacing(data, wide)
    name = _codec(declared)
    if name and name.startswith(_SEVEN_BIT) and (text := _strict(data, name)) is not None:
        return text, ()
    if (text := _strict(data, "utf-8")) is not None:
        return text, ()
    return _eight_bit(data, declared, name)


def meta_charset(data: bytes) -> str | None:
    """Return the charset an HTML page declares in its first 4,096 bytes, if any."""
    found = _META.search(data[:_SAMPLE]) or _XML.search(data[:_SAMPLE])
    return found[1].decode("ascii", "replace") if found else None


def cap(text: str) -> tuple[str, tuple[str, ...]]:
    """Return at most MAX_TEXT characters of `text`, and the sentence that says so."""
    if len(text) <= MAX_TEXT:
        return text, ()
    return text[:MAX_TEXT], (f"text of {len(text):,} characters cut to {MAX_TEXT:,}",)


def _eight_bit(data: bytes, declared: str | None, name: str | None) -> tuple[str, tuple[str, ...]]:
    """Neither Unicode nor seven bit: believe the declaration unless the bytes contradict it."""
    contradicted = name == "windows-1252" and _reads_as_hebrew(data)
    if name and not name.startswith("utf") and not contradicted:
        text = _tolerant(data, name)
        lost = text.count(_LOST)
        note = f"{lost:,} characters are not valid {_printable(declared)} and were replaced"
        return text, (note,) if lost else ()
    if (mended := _damaged_utf8(data)) is not None:
        return mended, ("some bytes are not valid UTF-8 and were replaced",)
    guess = "windows-1255" if _reads_as_hebrew(data) else "windows-1252"
    return _tolerant(data, guess), (f"{_complaint(declared, name)}; read as {guess}",)


def _complaint(declared: str | None, name: str | None) -> str:
    if not declared:
        return "no charset declared and not UTF-8"
    return f"declared charset '{_printable(declared)}' is {'wrong' if name else 'unknown'}"


def _printable(value: str | None) -> str:
    return "".join(c if c.isprintable() else "?" for c in (value or "")[:40])


def _codec(declared: str | None) -> str | None:
    """The name of a text codec for a declared charset; None when there is none to trust."""
    if not declared or len(declared) > _LONGEST_NAME or not declared.isascii():
        return None
    asked = declared.strip(" \t\"'").lower()
    try:
        found = codecs.lookup(_ALIASES.get(asked, asked))
    except (LookupError, ValueError):
        return None
    is_charset = getattr(found, "_is_text_encoding", True)  # keeps out zlib, hex, rot13 ...
    if not is_charset or found.name.replace("_", "-") in _NOT_CHARSETS:
        return None
    return _STAND_INS.get(found.name, found.name)


def _clean(text: str) -> str:
    """UTF-7 and friends can yield lone surrogates, which nothing later can encode."""
    return text if text.isascii() else _SURROGATE.sub(_LOST, text)


def _strict(data: bytes, codec: str) -> str | None:
    try:
        return _clean(data.decode(codec))
    except ValueError:
        return None


def _replacing(data: bytes, codec: str) -> tuple[str, tuple[str, ...]]:
    if (text := _strict(data, codec)) is not None:
        return text, ()
    damaged = f"some bytes are not valid {codec.upper()} and were replaced"
    return _clean(data.decode(codec, "replace")), (damaged,)


def _tolerant(data: bytes, codec: str) -> str:
    """Decode whatever comes; the Windows pages keep undefined bytes as control characters."""
    if codec in _STAND_INS.values():
        return codecs.charmap_decode(data, "replace", _table(codec))[0]
    try:
        return _clean(data.decode(codec, "replace"))
    except ValueError:
        return _tolerant(data, "windows-1252")


@cache
def _table(codec: str) -> str:
    """The 256 characters of a code page, as `codecs.charmap_decode` wants them."""
    known = [bytes([i]).decode(codec, "replace") for i in range(256)]
    return "".join(chr(i) if c == _LOST and i < _FIRST_LETTER else c for i, c in enumerate(known))


def _damaged_utf8(data: bytes) -> str | None:
    """UTF-8 with a few broken places (a cut file, one bad paste); None when it is no UTF-8."""
    text = data.decode("utf-8", "replace")
    lost = text.count(_LOST)
    good = len(text) - len(_NON_ASCII.sub("", text)) - lost
    return text if lost and good >= _GOOD_PER_LOST * lost else None


def _utf16_without_mark(data: bytes) -> str | None:
    """Recognize UTF-16 by NUL bytes that all stand on one side of the pairs."""
    even, odd = data[:_SAMPLE:2], data[1:_SAMPLE:2]
    nuls = max(even.count(0), odd.count(0))
    one_sided = min(even.count(0), odd.count(0)) * 20 <= nuls
    if len(data) < _SHORTEST_UTF16 or nuls * 12 < len(odd) or not one_sided:
        return None
    return "utf-16-le" if odd.count(0) == nuls else "utf-16-be"


def _reads_as_hebrew(data: bytes) -> bool:
    """Whether most letters would be Hebrew ones in windows-1255."""
    sample = data[: 16 * _SAMPLE]
    hebrew = len(_HEBREW_BYTES.findall(sample))
    return hebrew > _FEW and hebrew > len(_LATIN_LETTERS.findall(sample))
