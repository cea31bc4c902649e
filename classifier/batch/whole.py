"""Files that are whole or not there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO, cast

from classifier.batch.journal import OutputError
from classifier.schema import ConfigError

_BUFFER = 1024 * 1024


def check_place(path: Path) -> None:
    """Make sure that a file may be put at `path`: moving one there would replace a device or pipe.

    Raises:
        ConfigError: something stands there that is no ordinary file.
    """
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise ConfigError(f"{path}: not an ordinary file; choose another output")


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file that appears at `path` when the block ends well, and leaves no trace otherwise.

    Raises:
        OutputError: it cannot be written (a full disk, say); a file that was there is untouched.
    """
    temporary: Path | None = None
    try:
        with NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name}.", delete=False, buffering=_BUFFER
        ) as file:
            temporary = Path(file.name)
            yield cast("BinaryIO", file)
            file.flush()
            os.fsync(file.fileno())
        check_place(path)  # once more: this is the step that could do harm
        temporary.replace(path)
    except OSError as error:
        way_out = "make room or mend it, and go on with --resume"
        raise OutputError(f"{path}: {error.strerror or error}; {way_out}") from error
    finally:
        if temporary:
            temporary.unlink(missing_ok=True)
