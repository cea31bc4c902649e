"""Arrays out of an untrusted `.npz`, without running or believing anything in it.

`np.load` allocates what a member's header claims before it reads, and unpacks whatever the archive
claims to hold; a few hundred bytes could then fill the memory. Here everything is compared with
the size of what was really sent first, and a pickled object is one more wrong type.
"""

from __future__ import annotations

import io
import math
import zipfile
import zlib
from collections.abc import Mapping

import numpy as np

MAX_MEMBER_BYTES = 64_000_000
"""Unpacked; the largest array of a model takes a few megabytes."""

_HEADER_CHARS = 1000
"""Numpy's own headers have about 120."""

READERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


def read_arrays(data: bytes, dtypes: Mapping[str, object]) -> dict[str, np.ndarray]:
    """Return the arrays of an `.npz` file that holds exactly `dtypes`, a type a name.

    Raises:
        ValueError: another member, type or size than there should be, or a damaged archive.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [info.filename for info in archive.infolist()]
            if sorted(names) != sorted(f"{name}.npy" for name in dtypes):
                raise ValueError(f"holds {_listed(names)}, not the arrays of a model")
            return {name: _array(archive, name, np.dtype(d)) for name, d in dtypes.items()}  # type: ignore[call-overload]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
        raise ValueError(f"not a readable archive: {error}") from error


def _listed(names: list[str]) -> str:
    shown = ", ".join(repr(name[:40]) for name in names[:12])
    return f"{shown} and {len(names) - 12} more" if len(names) > 12 else shown or "nothing"  # noqa: PLR2004


def _array(archive: zipfile.ZipFile, name: str, dtype: np.dtype) -> np.ndarray:
    info = archive.getinfo(f"{name}.npy")
    if info.file_size > MAX_MEMBER_BYTES:
        raise ValueError(f"{name}: {info.file_size:,} bytes, at most {MAX_MEMBER_BYTES:,}")
    with archive.open(info) as member:
        raw = member.read(MAX_MEMBER_BYTES + 1)  # what an archive says of sizes may be a lie
    if len(raw) > MAX_MEMBER_BYTES:
        raise ValueError(f"{name}: more than {MAX_MEMBER_BYTES:,} bytes")
    stream = io.BytesIO(raw)
    shape, by_columns, found = _header(name, stream)
    if found != dtype:
        raise ValueError(f"{name}: values of type {found}, not {dtype}")
    values = raw[stream.tell() :]
    if math.prod(shape) * dtype.itemsize != len(values):
        raise ValueError(f"{name}: {len(values):,} bytes of values for the shape {shape}")
    array = np.frombuffer(values, dtype=dtype)
    return array.reshape(shape, order="F" if by_columns else "C")


def _header(name: str, stream: io.BytesIO) -> tuple[tuple[int, ...], bool, np.dtype]:
    version = np.lib.format.read_magic(stream)
    if version not in READERS:
        raise ValueError(f"{name}: .npy format {version}, not 1.0 or 2.0")
    try:
        shape, by_columns, dtype = READERS[version](stream, max_header_size=_HEADER_CHARS)
    except (SyntaxError, TypeError, RecursionError, MemoryError) as error:
        raise ValueError(f"{name}: not a header of an array") from error
    if any(size < 0 for size in shape):
        raise ValueError(f"{name}: shape {shape}")
    return shape, by_columns, dtype
