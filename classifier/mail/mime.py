"""The parts of a mail (RFC 2045, 2046), found without recursion and with a bound on all of it.

300,000 tiny parts keep the standard library busy for 45 s, and 1,000 nested ones end it with a
RecursionError; so this is a splitter of our own, which only cuts the bytes where parts begin.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass

from classifier.encodings import MAX_TEXT, decode
from classifier.mail.headers import (
    MAX_FIELD,
    Headers,
    from_base64,
    main_value,
    parameters,
    read_headers,
)

MAX_PARTS = 500
MAX_DEPTH = 50
MAX_BODY = 8 * MAX_TEXT
"""Bytes of one encoded text that are decoded."""

_READABLE = frozenset(("text/plain", "text/html"))
_FALSE_BOUNDARIES = 20_000
_SNIFFED = re.compile(rb"\s{0,200}--([^\s\-][^\r\n]{0,69}?)[ \t]*\r?(?:\n|\Z)")

_Containers = tuple[tuple[str, int], ...]
_Stretch = tuple[Headers, int, _Containers]
"""Headers of a part, offset where it ends, and the multiparts around it."""


@dataclass(slots=True)
class Part:
    """A leaf of the MIME tree."""

    kind: str
    """Content type, lower case: `text/plain`."""
    parameters: dict[str, str]
    disposition: str
    name: str
    """File name, or nothing."""
    encoding: str
    """Content-Transfer-Encoding, lower case."""
    body: memoryview
    containers: _Containers
    """The multiparts around it, outermost first: content type, and a number unique in the mail."""

    def text(self) -> tuple[str, tuple[str, ...]]:
        """Return the decoded text, with line feeds, and one sentence for each guess or loss."""
        raw = bytes(self.body[:MAX_BODY])
        limits = (f"body cut to {MAX_BODY:,} bytes",) if len(self.body) > MAX_BODY else ()
        text, guesses = decode(self._decoded(raw), declared=self.parameters.get("charset"))
        return text.replace("\r\n", "\n").replace("\r", "\n"), (*limits, *guesses)

    def _decoded(self, raw: bytes) -> bytes:
        if self.encoding == "quoted-printable":
            return binascii.a2b_qp(raw)
        if self.encoding == "base64":
            return from_base64(raw)
        return raw

    @property
    def attached(self) -> bool:
        """Whether mail programs show it as a file and not in the text."""
        if self.disposition == "attachment" or self.kind not in _READABLE:
            return True
        return bool(self.name and self.containers) and self.disposition != "inline"


def parts_of(data: bytes, headers: Headers) -> tuple[list[Part], tuple[str, ...]]:
    """Return the leaves of a mail in order, and one sentence for whatever was not read.

    Args:
        data: The whole mail.
        headers: Its header block; `headers.body` is where the body begins.
    """
    splitter = _Splitter(data)
    splitter.run(headers)
    return splitter.leaves, tuple(dict.fromkeys(splitter.limits))


class _Splitter:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.view = memoryview(data)
        self.leaves: list[Part] = []
        self.limits: list[str] = []
        self._count = 0
        self._containers = 0

    def run(self, headers: Headers) -> None:
        """Walk the tree with a stack of stretches still to read, the first on top."""
        todo: list[_Stretch] = [(headers, len(self.data), ())]
        while todo:
            todo += reversed(self._split(*todo.pop()))

    def _split(self, head: Headers, end: int, containers: _Containers) -> list[_Stretch]:
        kind = _kind(head)
        if not kind.startswith("multipart/"):
            self._leaf(kind, head, end, containers)
            return []
        if len(containers) >= MAX_DEPTH:
            self.limits.append(f"parts nested over {MAX_DEPTH} deep were not read")
            return []
        boundary = self._boundary(head, end)
        stretches = self._stretches(boundary, head.body, end) if boundary else []
        if not stretches:
            if self.data[head.body : end].strip():
                self.limits.append("the parts of the mail have no boundary; read as one text")
            self._leaf("text/plain", head, end, containers)
            return []
        self._containers += 1
        inside = (*containers, (kind, self._containers))
        return [(read_headers(self.data, start, stop), stop, inside) for start, stop in stretches]

    def _boundary(self, head: Headers, end: int) -> bytes:
        named = parameters(head.first(b"content-type")).get("boundary", "").rstrip()
        boundary = named[:200].encode("utf-8", "replace")
        if boundary and self.data.find(b"--" + boundary, head.body, end) >= 0:
            return boundary
        sniffed = _SNIFFED.match(self.data, head.body, min(end, head.body + MAX_FIELD))
        return sniffed[1] if sniffed else b""

    def _stretches(self, boundary: bytes, start: int, end: int) -> list[tuple[int, int]]:
        """Where the parts between the delimiter lines begin and end."""
        mark, found, false = b"--" + boundary, list[tuple[int, int]](), 0
        begun, position = -1, start
        while (at := self.data.find(mark, position, end)) >= 0 and false < _FALSE_BOUNDARIES:
            position = at + len(mark)
            stop = self.data.find(b"\n", position, end)
            stop = end if stop < 0 else stop + 1
            rest = self.data[position : min(stop, position + MAX_FIELD)].strip()
            if (at > start and self.data[at - 1 : at] != b"\n") or rest not in {b"", b"--"}:
                false += 1
                continue
            if begun >= 0:
                self._count += 1
                found.append((begun, at))
            begun, position = stop, stop
            if rest == b"--" or self._count >= MAX_PARTS:
                begun = -1
                break
        if self._count >= MAX_PARTS or false >= _FALSE_BOUNDARIES:
            self.limits.append(f"only the first {MAX_PARTS} parts were read")
        return [*found, (begun, end)] if begun >= 0 else found

    def _leaf(self, kind: str, head: Headers, end: int, containers: _Containers) -> None:
        disposition = head.first(b"content-disposition")
        typed = parameters(head.first(b"content-type"))
        named = parameters(disposition) if disposition else {}
        self.leaves.append(
            Part(
                kind=kind,
                parameters=typed,
                disposition=main_value(disposition),
                name=named.get("filename") or typed.get("name", ""),
                encoding=main_value(head.first(b"content-transfer-encoding")),
                body=self.view[head.body : end],
                containers=containers,
            )
        )


def _kind(head: Headers) -> str:
    """The content type; a broken one means plain text (RFC 2045, 5.2)."""
    kind = main_value(head.first(b"content-type"))
    return kind if "/" in kind else "text/plain"
