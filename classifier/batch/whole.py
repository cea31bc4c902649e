"""Files that are whole or not there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO, cast

from classifier.batch.journal import OutputError

_BUFFER = 1024 * 1024


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
        temporary.replace(path)
    except OSError as error:
        way_out = "make room or mend it, and go on with --resume"
        raise OutputError(f"{path}: {error.strerror or error}; {way_out}") from error
    finally:
        if temporary:
            temporary.unlink(missing_ok=True)
