"""Writing so that a crash or a power cut leaves the old state or the new one, and nothing between.

A file or folder is written under another name, brought to the disk, and renamed. A line is added
to a file in one call; what a cut leaves of it has no line end, and does not count.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from classifier.schema import ConfigError
from classifier.store.places import Places

WAIT_SECONDS = 60
"""For another process; what holds the lock takes a second or two."""

NEW, GONE = ".new-", ".gone-"
"""How names begin of what is not there yet, and of what is no longer there."""


@contextmanager
def writing(places: Places) -> Iterator[None]:
    """Hold the lock of the local data, and sweep away what a run that was cut short has left.

    Raises:
        ConfigError: another process does not let go of it, or the folder cannot be written.
    """
    from filelock import FileLock, Timeout  # noqa: PLC0415 - 50 ms that reading does not need

    try:
        for folder in (places.folder, places.models):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with FileLock(places.lock, timeout=WAIT_SECONDS):
            _sweep(places)
            yield
    except Timeout as error:
        raise ConfigError(
            f"{places.lock}: held by another blastcheck for {WAIT_SECONDS} s; try again"
        ) from error
    except OSError as error:
        place = error.filename or places.folder
        raise ConfigError(f"{place}: {error.strerror or error}; nothing was changed") from error


def _sweep(places: Places) -> None:
    for folder in (places.folder, places.models):
        for path in folder.iterdir():
            if path.name.startswith((NEW, GONE)):
                shutil.rmtree(path) if path.is_dir() else path.unlink()


@contextmanager
def new_folder(parent: Path) -> Iterator[Path]:
    """Give a new, empty folder in `parent`, to be filled and put in place; else it is deleted."""
    folder = parent / f"{NEW}{os.urandom(8).hex()}"
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def put_in_place(folder: Path, target: Path) -> None:
    """Bring a filled folder to the disk, then give it its name; `target` must not exist."""
    for path in folder.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())
    sync(folder)
    folder.rename(target)
    sync(target.parent)


def take_away(folder: Path) -> None:
    """Delete a folder: gone at once under its name, then bit by bit."""
    gone = folder.with_name(f"{GONE}{os.urandom(8).hex()}")
    folder.rename(gone)
    sync(gone.parent)
    shutil.rmtree(gone)


def write_whole(path: Path, data: bytes) -> None:
    """Replace a file, readable by its owner alone."""
    temporary = path.with_name(f"{NEW}{os.urandom(8).hex()}")
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as f:
            f.write(data)
            f.flush()
            os.fsync(f.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    sync(path.parent)


def add_line(path: Path, line: str) -> None:
    """Add one line to a file, after whatever a cut has left there."""
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "rb+") as file:
        torn = False
        if file.seek(0, os.SEEK_END):
            file.seek(-1, os.SEEK_END)
            torn = file.read(1) != b"\n"
        file.write(b"\n" * torn + line.encode("utf-8") + b"\n")
        file.flush()
        os.fsync(file.fileno())
    sync(path.parent)


def whole_lines(path: Path) -> list[str]:
    """Return the lines of a file that were written to their end; none if there is no file."""
    try:
        text = path.read_bytes().decode("utf-8", "replace")
    except FileNotFoundError:
        return []
    return text.split("\n")[:-1]


def sync(folder: Path) -> None:
    """Bring the names in a folder to the disk, where the system can."""
    with suppress(OSError):  # Windows opens no folders, and needs none of this
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
