"""A model folder that appears when it is whole, and that one training at a time writes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path

from classifier.schema import ConfigError


@contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """Give an empty folder that takes the place of `out` when the block ends well.

    What else stands in `out` is kept. Until the end nothing there changes.

    Raises:
        ConfigError: another training writes to `out`, or it cannot be written.
    """
    if out.exists() and not out.is_dir():
        raise ConfigError(f"{out}: a file stands there; choose another folder with -o")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with _lock(out):
            made = out.with_name(f".{out.name}.{os.urandom(6).hex()}")
            made.mkdir()
            try:
                yield made
                _swap(made, out)
            finally:
                shutil.rmtree(made, ignore_errors=True)
    except OSError as error:
        place = error.filename or out
        raise ConfigError(f"{place}: {error.strerror or error}; choose another -o") from error


def _swap(made: Path, out: Path) -> None:
    """Put the new folder where the old one was, with whatever else stood in the old one."""
    if not out.exists():
        made.rename(out)
        return
    for path in out.iterdir():
        if path.is_dir():
            shutil.copytree(path, made / path.name)
        elif not (made / path.name).exists():
            shutil.copy2(path, made / path.name)
    gone = out.with_name(f"{made.name}.gone")
    out.rename(gone)
    made.rename(out)
    shutil.rmtree(gone)


@contextmanager
def _lock(out: Path) -> Iterator[None]:
    """Hold the right to write to `out`; the system takes it back from a process that dies."""
    from filelock import FileLock, Timeout  # noqa: PLC0415 - only a training that writes needs it
    from platformdirs import user_cache_path  # noqa: PLC0415

    name = blake2b(str(out.resolve()).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    locks = user_cache_path("blastcheck") / "locks"
    locks.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(locks / name, timeout=0):
            yield
    except Timeout as error:
        raise ConfigError(
            f"{out}: another training is writing there; wait for it, or choose another -o"
        ) from error
