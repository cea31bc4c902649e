"""How messages come in: one function per format, and the table that names them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from classifier.encodings import cap, decode, meta_charset
from classifier.schema import InputError, Message

MAX_BYTES = 64 * 1024 * 1024
"""Bytes of one file that are read."""

_SNIFFED_BYTES = 8_192
_HEADERS = re.compile(
    rb"^(from|to|cc|subject|date|mime-version|received|message-id|content-type|return-path"
    rb"|delivered-to|reply-to|x-[a-z-]{1,40}):",
    re.IGNORECASE | re.MULTILINE,
)
_HEADER_LINE = re.compile(rb"(?:[!-9;-~]{1,76}:|[ \t]+\S|From )")
_HTML = re.compile(rb"(?:\xef\xbb\xbf)?\s{0,1000}(?:<!doctype\s+html|<html[\s>])", re.IGNORECASE)
_FEWEST_HEADERS = 2
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MOST_CONTROL = 0.02


def read_messages(path: Path, *, format: str | None = None) -> Iterator[Message]:
    """Yield the messages in `path`, choosing a reader by `format`, else by suffix.

    A suffix nobody knows is tried as plain text.

    Raises:
        InputError: the file cannot be opened, is a folder, or is in no format known here.
    """
    name = format or path.suffix.lstrip(".").lower()
    if format is not None:
        _check_format(format, str(path))
    data, limits = _bytes_of(path)
    if name not in READERS:
        _check_text(data, str(path))
        name = "txt"
    message = read_bytes(data, format=name, id=path.name, source=str(path))
    yield replace(message, limits=(*limits, *message.limits))


def read_bytes(data: bytes, *, format: str, id: str = "", source: str = "") -> Message:
    """Return the one message in `data`.

    Args:
        data: The content of a file, or of standard input.
        format: A key of READERS.
        id: Unique in its source.
        source: Where it was read.

    Raises:
        InputError: nothing reads this format.
    """
    _check_format(format, source or "input")
    limits = (f"only the first {MAX_BYTES:,} bytes were read",) if len(data) > MAX_BYTES else ()
    message = READERS[format](data[:MAX_BYTES])
    return replace(message, id=id, source=source, limits=(*limits, *message.limits))


def sniff(data: bytes) -> str:
    """Return the format of bytes that come without a name: `eml`, `html` or `txt`."""
    if _HTML.match(data):
        return "html"
    return "eml" if _has_headers(data) else "txt"


def _has_headers(data: bytes) -> bool:
    """Whether the bytes begin with a header block that has two of the usual fields."""
    start = data[:_SNIFFED_BYTES].removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    block = re.split(rb"\r?\n\r?\n", start, maxsplit=1)[0]
    lines = block.splitlines()
    if len(start) == _SNIFFED_BYTES and len(block) == len(start):
        lines = lines[:-1]  # cut in the middle
    names = {name.lower() for name in _HEADERS.findall(block)}
    return all(map(_HEADER_LINE.match, lines)) and len(names) >= _FEWEST_HEADERS


def _bytes_of(path: Path) -> tuple[bytes, tuple[str, ...]]:
    try:
        if path.is_dir():
            raise InputError(
                f"{path}: is a folder; name the files in it, for instance {path}/*.eml"
            )
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{path}: {reason}; check the name and your right to read it") from error
    if len(data) > MAX_BYTES:
        return data[:MAX_BYTES], (f"only the first {MAX_BYTES:,} bytes were read",)
    return data, ()


def _check_format(format: str, place: str) -> None:
    if format not in READERS:
        raise InputError(
            f"{place}: no reader for {format!r}; use --input-format with one of {_formats()}"
        )


def _check_text(data: bytes, place: str) -> None:
    """Refuse what looks like a program, a picture or an archive."""
    sample = decode(data[:_SNIFFED_BYTES])[0]
    if len(_CONTROL.findall(sample)) > _MOST_CONTROL * len(sample):
        raise InputError(
            f"{place}: looks like binary data, not a message; --input-format takes {_formats()}"
        )


def _formats() -> str:
    return ", ".join(sorted(READERS))


def _read_text(data: bytes) -> Message:
    text, guesses = decode(data)
    text, cut = cap(text)
    return Message(text=text, limits=(*guesses, *cut))


def _read_html(data: bytes) -> Message:
    from classifier.markup import visible_text  # noqa: PLC0415  (a cold start on a .txt pays for it)

    html, guesses = decode(data, declared=meta_charset(data))
    text, asides, limits = visible_text(html)
    return Message(text=text, asides=asides, limits=(*guesses, *limits))


def _read_eml(data: bytes) -> Message:
    from classifier.mail import read_mail  # noqa: PLC0415  (a cold start on a .txt pays for it)

    return read_mail(data)


READERS: dict[str, Callable[[bytes], Message]] = {
    "txt": _read_text,
    "md": _read_text,
    "html": _read_html,
    "htm": _read_html,
    "eml": _read_eml,
}
"""Format, which is also the file's suffix -> what reads it."""
