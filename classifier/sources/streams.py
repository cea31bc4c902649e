"""Byte streams of files, compressed or not, that know how far they are and never read too much."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import os
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

from classifier.encodings import decode
from classifier.readers import MAX_BYTES
from classifier.schema import InputError

_BUFFER = 256 * 1024
_DAMAGED = (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)


def damaged() -> tuple[type[BaseException], ...]:
    """Return what reading raises when a compressed stream is cut or damaged."""
    loaded = sys.modules.get("zstandard")
    return (*_DAMAGED, loaded.ZstdError) if loaded else _DAMAGED


class TextLine(NamedTuple):
    """A decoded line with its end."""

    number: int
    """Counted from 1."""
    text: str
    guesses: tuple[str, ...]
    """What was guessed to decode it, one sentence each."""
    too_long: bool = False
    """It was over MAX_BYTES and not kept."""


@dataclass
class Stream:
    """A readable file; `position` and `peek` speak of it even where it is compressed."""

    file: BinaryIO
    """What the bytes come from, decompressed."""
    raw: BinaryIO
    """The file on disk."""
    line: int = 0
    """Lines read so far."""
    offset: int = 0
    """Decompressed bytes read so far."""

    @property
    def position(self) -> int:
        """Return the bytes of the file on disk that were read; of a pipe, those that came out."""
        return self.raw.tell() if self.raw.seekable() else self.offset

    @property
    def plain(self) -> bool:
        """Tell whether the file is not compressed."""
        return self.file is self.raw

    def lines(self) -> Iterator[bytes]:
        """Yield lines with their ends; one over MAX_BYTES comes in pieces without an end."""
        while line := self.file.readline(MAX_BYTES):
            self.line += 1
            self.offset += len(line)
            yield line

    def text_lines(self) -> Iterator[TextLine]:
        """Yield decoded lines; each is decoded by itself, so that one bad line spoils no other."""
        if self.start(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            yield from self._wide_lines()
            return
        torn = False
        for line in self.lines():
            whole = line.endswith(b"\n") or len(line) < MAX_BYTES
            if torn:  # the rest of a line that is too long
                self.line -= 1
            elif whole:
                yield TextLine(self.line, *_decoded(line))
            else:
                yield TextLine(self.line, "", (), too_long=True)
            torn = not whole

    def _wide_lines(self) -> Iterator[TextLine]:
        """Yield the lines of UTF-16, whose line ends are no single bytes."""
        text = io.TextIOWrapper(self.file, "utf-16", "replace", newline="\n")
        while line := text.readline(MAX_BYTES):
            self.line += 1
            yield TextLine(self.line, line, ())
        text.detach()

    def start(self, length: int) -> bytes:
        """Return the next bytes without moving on; `length` at most 8,192."""
        file: Any = self.file  # every reader here buffers, which BinaryIO does not tell
        return bytes(file.peek(length)[:length])

    def read(self, limit: int) -> bytes:
        """Return at most `limit` bytes."""
        pieces, left = [], limit
        while left and (piece := self.file.read(min(left, _BUFFER))):
            pieces.append(piece)
            left -= len(piece)
        return b"".join(pieces)

    def peek(self, offset: int, length: int) -> bytes | None:
        """Return bytes further on without moving; None where that would need decompression."""
        if not (self.plain and hasattr(os, "pread")):  # Windows has none
            return None
        return os.pread(self.raw.fileno(), length, offset)


def _decoded(line: bytes) -> tuple[str, tuple[str, ...]]:
    """Decode a line; only what is no UTF-8 is guessed at, a line is too little to see UTF-16 in."""
    try:
        return line.decode("utf-8").removeprefix("\ufeff"), ()
    except UnicodeDecodeError:
        return decode(line)


def _zstd(raw: BinaryIO) -> BinaryIO:
    try:
        import zstandard  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise InputError("reading .zst needs: pip install 'blastcheck[zstd]'") from error
    reader: Any = zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True)
    return cast("BinaryIO", io.BufferedReader(reader, _BUFFER))


COMPRESSED: dict[str, Callable[[BinaryIO], Any]] = {
    ".gz": gzip.open,
    ".bz2": bz2.open,
    ".xz": lzma.open,
    ".zst": _zstd,
}
"""Suffix -> what decompresses such a file."""


@contextmanager
def opened(path: Path) -> Iterator[Stream]:
    """Open a file for reading, through its decompressor if its suffix names one.

    Raises:
        OSError: it cannot be opened.
        InputError: its decompressor is not installed.
    """
    with path.open("rb", buffering=_BUFFER) as raw:
        opener = COMPRESSED.get(path.suffix.lower())
        if opener is None:
            yield Stream(raw, raw)
            return
        with opener(raw) as file:
            yield Stream(file, raw)


def bare_name(path: Path) -> str:
    """Return the name of a file without the suffix of its compression.

    >>> bare_name(Path("a/drafts.mbox.gz"))
    'drafts.mbox'
    """
    return path.stem if path.suffix.lower() in COMPRESSED else path.name
