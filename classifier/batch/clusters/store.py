"""Rows of numbers of uneven length, on disk: what a run remembers of each message."""

from __future__ import annotations

import os
import tempfile
from array import array
from collections.abc import Iterator, Sequence
from typing import BinaryIO, cast

import numpy as np

_BUFFER = 1024 * 1024


class Rows:
    """Rows of unsigned numbers in a temporary file; memory: 8 bytes a row."""

    def __init__(self, dtype: type[np.unsignedinteger]) -> None:
        self._dtype = np.dtype(dtype)
        # Without a name, so that it goes with the process, however that ends.
        self._file = cast("BinaryIO", tempfile.TemporaryFile(buffering=_BUFFER))  # noqa: SIM115
        self._ends = array("Q", [0])

    def __len__(self) -> int:
        return len(self._ends) - 1

    def append(self, row: Sequence[int] | np.ndarray) -> None:
        """Add a row."""
        data = np.asarray(row, self._dtype)
        self._file.write(data.tobytes())
        self._ends.append(self._ends[-1] + len(data))

    def __getitem__(self, index: int) -> np.ndarray:
        """Return a row, shape (its length,)."""
        start, end = self._ends[index], self._ends[index + 1]
        return self._read(start, end)

    def pieces(self, count: int) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
        """Yield the rows in order, `count` at a time.

        Yields:
            The index of the first row; the numbers of all of them; and where each row begins and
            the last one ends in these, shape (rows + 1,).
        """
        for first in range(0, len(self), count):
            last = min(first + count, len(self))
            ends = np.array(self._ends[first : last + 1], np.uint64)
            yield first, self._read(int(ends[0]), int(ends[-1])), ends - ends[0]

    def _read(self, start: int, end: int) -> np.ndarray:
        self._file.flush()
        size = self._dtype.itemsize
        data = os.pread(self._file.fileno(), (end - start) * size, start * size)
        return np.frombuffer(data, self._dtype)

    def close(self) -> None:
        """Give the disk space back."""
        self._file.close()
