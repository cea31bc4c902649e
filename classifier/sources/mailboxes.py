"""Mailboxes: mbox in its four dialects, and Maildir with its folders.

mboxo and mboxrd quote `From ` at the start of a body's line; mboxcl and mboxcl2 say Content-Length.
https://www.loc.gov/preservation/digital/formats/fdd/fdd000383.shtml lists them. `mailbox.mbox` of
the standard library keeps an offset a message in memory and splits at every `From `, so the
splitting is our own; what a message holds is left to `classifier.mail`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from classifier.readers import MAX_BYTES
from classifier.sources.record import Failure, Found, Notice, ReadOptions, Record
from classifier.sources.streams import Stream, bare_name

_POSTMARK = re.compile(
    rb"From (?:\S+@\S+|(?:\"[^\"\n]{1,100}\"|\S+)\s.*\b\d{1,2}:\d\d(?::\d\d)?\b.*\b\d{4}\b.*)\s*\Z"
)
"""A separator has an address, or a date with a time and a year; `From the desk of` has neither."""
_FIELD = re.compile(rb"[!-9;-~]{1,200}[ \t]*:|>?From ")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_LENGTH = re.compile(rb"content-length[ \t]*:[ \t]*(\d{1,12})\s*\Z", re.IGNORECASE)
_DELIVERED = ("new", "cur")


def is_mbox(start: bytes) -> bool:
    """Tell whether a file that begins with these bytes is an mbox."""
    first, _, rest = start.partition(b"\n")
    return bool(first.startswith(b"From ") and _POSTMARK.match(first) and _FIELD.match(rest))


def read_mbox(stream: Stream, source: str, _options: ReadOptions) -> Iterator[Found]:
    """Yield the messages of an mbox file; ids count from 1: `drafts.mbox#3`."""
    number, before = 0, 0
    for piece in _pieces(stream):
        size, before = stream.position - before, stream.position
        if piece.stray:
            if piece.data.strip():
                why = "no mail begins here; an mbox message begins with a 'From ' line"
                yield Failure(f"{source}, byte {piece.offset}", why, source, size)
            continue
        number += 1
        yield Record(
            f"{source}, message {number} at byte {piece.offset}",
            f"{bare_name(Path(source))}#{number}",
            source,
            _QUOTED_FROM.sub(rb"\1", bytes(piece.data)),
            "eml",
            size,
            piece.limits,
        )
    if not number and not stream.offset:
        yield Notice(source, "an empty mailbox")


@dataclass(slots=True)
class _Piece:
    """The bytes from one separator to the next."""

    offset: int
    stray: bool
    """No separator stands before these bytes."""
    data: bytearray = field(default_factory=bytearray)
    body: int = -1
    """Offset in the stream where the body begins; -1 inside the headers."""
    length: int = 0
    """What Content-Length says."""
    limits: tuple[str, ...] = ()

    def add(self, line: bytes, end: int) -> None:
        """Add a line that ends at offset `end` of the stream; what is too much is not kept."""
        if len(self.data) <= MAX_BYTES:
            self.data += line
        if self.body < 0:
            if not line.strip():
                self.body = end
            elif found := _LENGTH.match(line):
                self.length = int(found[1])


def _pieces(stream: Stream) -> Iterator[_Piece]:
    """Cut the stream at its separators."""
    piece = _Piece(0, stray=True)
    for offset, line, following in _with_next(stream):
        if _separates(line, following) and not _inside(piece, offset, stream):
            if piece.data or not piece.stray:
                yield piece
            piece = _Piece(offset, stray=False)
        else:
            piece.add(line, offset + len(line))
    if piece.data and not piece.data.endswith(b"\n"):
        piece.limits = ("the mailbox ends in the middle of a line; this message may be cut",)
    if piece.data or not piece.stray:
        yield piece


def _with_next(stream: Stream) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield offset, line and the line after it, empty at the end."""
    offset, line = 0, b""
    for following in stream.lines():
        if line:
            yield offset, line, following
            offset += len(line)
        line = following
    if line:
        yield offset, line, b""


def _separates(line: bytes, following: bytes) -> bool:
    """Tell whether a new message begins here: a postmark, then a header field."""
    marked = line.startswith(b"From ") and _POSTMARK.match(line)
    return bool(marked and (not following or _FIELD.match(following)))


def _inside(piece: _Piece, offset: int, stream: Stream) -> bool:
    """Tell whether Content-Length, checked at its end, puts `offset` inside the body."""
    stop = piece.body + piece.length
    if piece.body < 0 or offset >= stop:
        return False
    after = stream.peek(stop, 7)
    if after is None:
        return False
    at_end = not after and bool(stream.peek(stop - 1, 1))
    return at_end or after.lstrip(b"\r\n").startswith(b"From ")


def is_maildir(folder: Path) -> bool:
    """Tell whether a folder is a Maildir (https://cr.yp.to/proto/maildir.html)."""
    return all((folder / name).is_dir() for name in _DELIVERED)


def read_maildir(folder: Path) -> Iterator[Found]:
    """Yield the messages of a Maildir and of its Maildir++ folders (`.Drafts`, `.Drafts.Old`)."""
    nested = sorted(path for path in folder.glob(".*") if is_maildir(path))
    found = 0
    for box in (folder, *nested):
        for name in _names(box):
            found += 1
            yield _mail(box / name, folder)
    if not found:
        yield Notice(str(folder), "an empty mailbox")


def _names(box: Path) -> list[str]:
    """Return `new/NAME` and `cur/NAME`, the oldest name first; `tmp` is not delivered yet."""
    names = [f"{sub}/{path.name}" for sub in _DELIVERED for path in (box / sub).iterdir()]
    return sorted((name for name in names if name[4] != "."), key=lambda name: name[4:])


def _mail(path: Path, folder: Path) -> Record | Failure:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        why = "gone before it was read; another program moved or deleted it"
        return Failure(str(path), why, str(folder))
    except OSError as error:
        why = f"{error.strerror}; check your right to read it"
        return Failure(str(path), why, str(folder))
    # The flags behind ':' change when a mail is read or answered, its name before them never does.
    unique = path.parent.parent / path.name.partition(":")[0]
    within = str(unique.relative_to(folder))
    return Record(str(unique), within, str(folder), content, "eml", len(content))
