"""Header fields of a mail (RFC 5322, 2047, 2231), read with a bound on everything.

The standard library decodes a Subject of 20,000 encoded words into 2.7 GB. Here a field is cut
before it is decoded, and every pattern below runs in linear time.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from classifier.encodings import decode

MAX_FIELD = 16_384
"""Bytes of one field that are decoded."""

MAX_ADDRESSES = 1_000_000
"""Bytes of one address field in which recipients are counted."""

MAX_FIELDS = 2_000
MAX_BLOCK = 4_000_000
"""Bytes of a header block that are read."""
MAX_LINES = 200_000
"""Lines of a header block that are read: at 20 bytes a line, as many as MAX_BLOCK."""

_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=(?:[ \t\r\n]+(?==\?))?")
_QUOTED = re.compile(rb'"(?:[^"\\]|\\.|\\\Z)*+(?:"|\Z)', re.DOTALL)
_COMMENT = re.compile(rb"\([^()]*+\)?")
_NOBODY = re.compile(
    rb"undisclosed|not shown|inconnus|non divulgu|\xd7\x9e\xd7\xa1\xd7\xaa\xd7\xaa\xd7\xa8"
)
_GROUP = re.compile(rb"[^<>@:;,]*:")
_PARAMETER = re.compile(
    r""";\s*([^\s=;"]{1,60})\s*=\s*(?:"((?:[^"\\]|\\.)*+)"?|([^;]*))""", re.DOTALL
)
_CONTINUED = re.compile(r"(.+?)\*(\d{1,3})?(\*)?")
_ADDRESS = re.compile(rb"[^\s<>,;:\"()]{1,200}@[^\s<>,;:\"()]{1,200}")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
_SEPARATORS = re.compile(rb"[,;]")
_TAG = re.compile(rb"\+[^@]*")


class Headers(NamedTuple):
    """The fields of a header block, as raw bytes, unfolded."""

    fields: tuple[tuple[bytes, bytes], ...]
    """Name in lower case, and value."""
    body: int
    """Offset at which the body begins."""
    cut: bool
    """Some of the block was left unread."""

    def all(self, name: bytes) -> list[bytes]:
        """Return the values of every field of this name, in order."""
        return [value for key, value in self.fields if key == name]

    def first(self, name: bytes) -> bytes:
        """Return the first value of this name, or nothing."""
        return next((value for key, value in self.fields if key == name), b"")


def read_headers(data: bytes, start: int = 0, end: int | None = None) -> Headers:
    """Read the header block of `data[start:end]`; whatever cannot be a header begins the body."""
    limit = len(data) if end is None else end
    fields: list[tuple[bytes, bytearray]] = []
    position, cut, lines = start, False, 0
    while position < limit:
        stop = data.find(b"\n", position, limit)
        stop = limit if stop < 0 else stop + 1
        line = data[position : min(stop, position + MAX_ADDRESSES)].rstrip(b"\r\n")
        if not line:
            position = stop
            break
        if not _add_line(fields, line, first=position == start):
            break
        position, lines = stop, lines + 1
        if len(fields) > MAX_FIELDS or position - start > MAX_BLOCK or lines > MAX_LINES:
            cut, position = True, _end_of_block(data, position - 2, limit)
            break
    return Headers(tuple((name, bytes(value)) for name, value in fields), position, cut)


def _add_line(fields: list[tuple[bytes, bytearray]], line: bytes, *, first: bool) -> bool:
    """Add a line to the fields; False when it is no header line."""
    if line[:1] in b" \t" and fields:
        value = fields[-1][1]
        if len(value) <= MAX_ADDRESSES:
            value += b" " + line.strip()
        return True
    if found := _FIELD.match(line):
        fields.append((found[1].lower(), bytearray(line[found.end() :].strip())))
        return True
    return first and line.startswith((b"From ", b">From "))


def _end_of_block(data: bytes, position: int, limit: int) -> int:
    ends = (data.find(mark, position, limit) for mark in (b"\n\n", b"\n\r\n"))
    return min((end + 2 for end in ends if end >= 0), default=limit)


def decode_field(value: bytes) -> str:
    """Return a field as text: raw bytes in any charset, encoded words decoded (RFC 2047)."""
    text, _ = decode(value[:MAX_FIELD])
    if "=?" not in text:
        return text
    pieces, position = [], 0
    for words, end in _runs(text, position):
        pieces += [text[position : words[0].start()], *_decoded(words)]
        position = end
    return "".join([*pieces, text[position:]])


def _runs(text: str, start: int) -> Iterator[tuple[list[re.Match[str]], int]]:
    """Encoded words that touch: a letter may be split over two of them."""
    run: list[re.Match[str]] = []
    for word in _ENCODED_WORD.finditer(text, start):
        if run and run[-1].end() != word.start():
            yield run, run[-1].end()
            run = []
        run.append(word)
    if run:
        yield run, run[-1].end()


def _decoded(words: list[re.Match[str]]) -> Iterator[str]:
    """Decode neighbours of one charset together."""
    charset, data = "", b""
    for word in words:
        named = word[1].partition("*")[0].lower()  # RFC 2231 adds *language
        if named != charset and data:
            yield decode(data, declared=charset)[0]
            data = b""
        charset = named
        data += _bytes_of(word[2], word[3])
    yield decode(data, declared=charset)[0]


def _bytes_of(encoding: str, text: str) -> bytes:
    raw = text.encode("ascii", "replace")
    if encoding in "qQ":
        return binascii.a2b_qp(raw, header=True)
    return from_base64(raw)


def from_base64(raw: bytes) -> bytes:
    """Decode base64 however broken: foreign characters are skipped, a torn end is dropped."""
    try:
        return binascii.a2b_base64(raw + b"==")
    except binascii.Error:
        letters = _NOT_BASE64.sub(b"", raw)
        return binascii.a2b_base64(letters[: len(letters) // 4 * 4])


def main_value(value: bytes) -> str:
    """Return what stands before the parameters, in lower case: `text/plain`."""
    return value[:MAX_FIELD].partition(b";")[0].strip().decode("ascii", "replace").lower()


def parameters(value: bytes) -> dict[str, str]:
    """Return the parameters of a field; RFC 2231 pieces and charsets put together."""
    text = decode(value[:MAX_FIELD])[0]
    plain: dict[str, str] = {}
    pieces: dict[str, list[tuple[int, str, bool]]] = {}
    for name, quoted, bare in _PARAMETER.findall(text):
        content = quoted.replace("\\", "") if quoted else bare.strip()
        found = _CONTINUED.fullmatch(name.lower())
        if found:
            part = (int(found[2] or 0), content, bool(found[3]) or not found[2])
            pieces.setdefault(found[1], []).append(part)
        else:
            plain.setdefault(name.lower(), decode_field(content.encode("utf-8", "replace")))
    return plain | {name: _joined(parts) for name, parts in pieces.items()}


def _joined(parts: list[tuple[int, str, bool]]) -> str:
    charset, data = "", b""
    for position, (_, content, percent) in enumerate(sorted(parts)):
        text = content
        if position == 0 and percent and text.count("'") > 1:
            charset, _, text = text.split("'", 2)
        raw = text.encode("utf-8", "replace")
        data += unquote_to_bytes(raw) if percent else raw
    return decode(data, declared=charset or None)[0]


def count_addresses(values: list[bytes]) -> int:
    """Count the addresses in To, Cc or Bcc fields; groups and commas in names do not mislead."""
    return sum(map(_count, values))


def _count(value: bytes) -> int:
    bare = _COMMENT.sub(b"", _QUOTED.sub(b"x", value[:MAX_ADDRESSES]))
    pieces = [p for p in _SEPARATORS.split(bare) if not _NOBODY.search(p.lower())]
    if b"@" in bare:
        return sum(b"@" in piece for piece in pieces)
    return sum(bool(_GROUP.sub(b"", piece, count=1).strip()) for piece in pieces)


def sole_address(values: list[bytes]) -> bytes:
    """Return the one address in these fields, lower case and without its +tag; else nothing."""
    if count_addresses(values) != 1:
        return b""
    found = _ADDRESS.findall(_QUOTED.sub(b"", b" ".join(values)[:MAX_FIELD]))
    return _TAG.sub(b"", found[-1].lower(), count=1) if found else b""
