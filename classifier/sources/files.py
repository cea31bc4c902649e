"""Files and folders: which reader takes which, and what happens when one breaks."""

from __future__ import annotations

import os
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import filterfalse
from pathlib import Path
from typing import BinaryIO, cast

from classifier.crash import without_words
from classifier.encodings import decode
from classifier.readers import MAX_BYTES, READERS, sniff
from classifier.schema import InputError
from classifier.sources.chats import looks_like_chat, read_chat
from classifier.sources.imap import is_address, read_imap
from classifier.sources.mailboxes import is_maildir, is_mbox, read_maildir, read_mbox
from classifier.sources.parquet import read_parquet
from classifier.sources.record import Failure, Found, Notice, ReadOptions, Record
from classifier.sources.streams import Stream, bare_name, damaged, opened
from classifier.sources.tables import read_csv, read_json_lines

_SNIFFED_BYTES = 8_192

Reader = Callable[[Stream, str, ReadOptions], Iterator[Found]]
"""(open stream, name of the source, options) -> what it holds, in order."""


def read_sources(sources: Iterable[str], options: ReadOptions) -> Iterator[Found]:
    """Yield what is in each source, in order. Never raises for what a source holds."""
    for source in dict.fromkeys(sources):
        yield from _guarded(source, _read(source, options))


def size_of(sources: Iterable[str]) -> int | None:
    """Return the bytes of all files together; None when it cannot be known beforehand."""
    named = list(dict.fromkeys(sources))
    return None if any(map(is_address, named)) else sum(_size(Path(source)) for source in named)


def _size(path: Path) -> int:
    """Return the bytes of a file, or of all files below a folder; 0 for what cannot be seen."""
    try:
        if not path.is_dir():
            return path.stat().st_size
        if is_maildir(path):
            return sum(mail.stat().st_size for mail in path.rglob("*") if mail.is_file())
        return sum(_size(found) for found in _walk(path) if found.is_dir() or _is_known(found))
    except OSError:
        return 0


def _guarded(source: str, items: Iterator[Found]) -> Iterator[Found]:
    """Turn whatever ends the reading of a source into a Failure after what was read."""
    found = 0
    try:
        for item in items:
            found += isinstance(item, Record)
            yield item
    except InputError as error:
        why = str(error).removeprefix(f"{source}: ")
        yield Failure(source, f"{why}{_saved(found)}", source)
    except damaged() as error:
        yield Failure(source, _reason(error, found), source)
    except Exception as error:  # a reader's own mistake must not lose other sources
        yield Failure(source, without_words(error), source)


def _reason(error: BaseException, found: int) -> str:
    """Say why reading stopped, and what was saved before."""
    strerror = getattr(error, "strerror", None)
    if strerror:
        return f"{strerror}; check the name and your right to read it{_saved(found)}"
    return f"the compressed data is damaged or ends too early; get a whole copy{_saved(found)}"


def _saved(found: int) -> str:
    return f" ({found:,} messages before that were read)" if found else ""


def _read(source: str, options: ReadOptions) -> Iterator[Found]:
    path = Path(source)
    if is_address(source):
        yield from read_imap(source, options)
    elif path.is_dir():
        yield from _read_folder(path, options)
    else:
        yield from _read_file(path, options)


def _read_folder(folder: Path, options: ReadOptions) -> Iterator[Found]:
    found, left_out, closed = 0, Counter[str](), list[OSError]()
    ours = {path.resolve() for path in options.ours}
    for path in filterfalse(lambda path: path.resolve() in ours, _walk(folder, closed.append)):
        if path.is_dir():
            reading = _guarded(str(path), read_maildir(path))
        elif options.format or _is_known(path):
            reading = _guarded(str(path), _read_file(path, options))
        else:
            left_out[path.suffix.lower()] += 1
            continue
        for item in reading:
            found += not isinstance(item, Notice)
            yield item
    for error in closed:
        yield Failure(str(error.filename), _reason(error, 0), str(folder))
    if left_out:
        kinds = ", ".join(f"{count} {suffix}" for suffix, count in left_out.most_common(5))
        text = f"{left_out.total():,} files of other kinds left out ({kinds})"
        yield Notice(str(folder), f"{text}; name them one by one to read them")
    if not (found or closed):
        yield Notice(str(folder), "no messages in this folder")


def _walk(folder: Path, onerror: Callable[[OSError], None] | None = None) -> Iterator[Path]:
    """Yield the files below `folder`, sorted, and each Maildir as a whole; hidden ones are left.

    Pipes and devices are left too: to open one may mean to wait forever.
    """
    for root, folders, files in os.walk(folder, onerror=onerror):
        here = Path(root)
        if is_maildir(here):
            folders.clear()
            yield here
            continue
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith(".") and (here / name).is_file():
                yield here / name


def _read_file(path: Path, options: ReadOptions) -> Iterator[Found]:
    if path.suffix.lower() == ".zip":
        yield from _read_zip(path, options)
        return
    with opened(path) as stream:
        yield from _read_stream(stream, str(path), bare_name(path), options)


def _read_zip(path: Path, options: ReadOptions) -> Iterator[Found]:
    """Yield what is in the files of an archive whose names we know."""
    with zipfile.ZipFile(path) as archive, path.open("rb") as raw:
        for member in archive.infolist():
            inner = f"{path}/{member.filename}"
            if member.is_dir() or not (options.format or _format_by_name(Path(member.filename))):
                continue
            try:
                with archive.open(member) as file:
                    stream = Stream(cast("BinaryIO", file), raw)
                    reading = _read_stream(stream, inner, Path(member.filename).name, options)
                    yield from _guarded(inner, reading)
            except (RuntimeError, NotImplementedError) as error:
                yield Failure(inner, f"{error}; unpack it first", str(path))


def _read_stream(stream: Stream, source: str, name: str, options: ReadOptions) -> Iterator[Found]:
    chosen = options.format or _format_by_name(Path(name))
    if chosen in (None, "txt") and not options.format:
        chosen = _sniffed(stream.start(_SNIFFED_BYTES), chosen)
    yield from FORMATS[chosen or "txt"](stream, source, options)


def _sniffed(start: bytes, chosen: str | None) -> str:
    """Return the format of a text, or of a file whose name says nothing."""
    if is_mbox(start):
        return "mbox"
    if looks_like_chat(decode(start)[0]):
        return "whatsapp"
    return chosen or sniff(start)


def _is_known(path: Path) -> bool:
    """Tell whether a file of a folder is taken for messages; without a suffix it may be one."""
    return not path.suffix or path.suffix.lower() == ".zip" or bool(_format_by_name(path))


def _format_by_name(path: Path) -> str | None:
    suffix = Path(bare_name(path)).suffix.lstrip(".").lower()
    return suffix if suffix in FORMATS else None


def _single(format: str) -> Reader:
    """Return the reader of a format whose files hold one message."""

    def read(stream: Stream, source: str, _options: ReadOptions) -> Iterator[Found]:
        content = stream.read(MAX_BYTES + 1)  # one more, so that the cut is noticed
        name = bare_name(Path(source))
        yield Record(source, name, source, content, format, stream.position)

    return read


FORMATS: dict[str, Reader] = {
    **{name: _single(name) for name in READERS},
    "mbox": read_mbox,
    "csv": read_csv,
    "tsv": read_csv,
    "jsonl": read_json_lines,
    "ndjson": read_json_lines,
    "parquet": read_parquet,
    "whatsapp": read_chat,
}
"""Format, which is also the file's suffix -> what reads it."""
