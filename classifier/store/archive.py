"""A model in one file, and back: a ZIP of the folder's files, believed in nothing.

models/FORMAT.md, section 17, is the specification.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from pathlib import Path

from classifier.schema import ModelError
from classifier.store.durable import write_whole

FILES = {
    "model.json": 1_000_000,
    "weights.npz": 64_000_000,
    "metrics.json": 1_000_000,
    "MODEL_CARD.md": 200_000,
    "STATISTICS.md": 200_000,
    "BENCHMARK.md": 200_000,
    "BATCH.md": 200_000,
}
"""The names that a model's folder and file may hold, and their greatest size in bytes.

No picture is among them: an SVG may carry a script."""

REQUIRED = ("model.json", "weights.npz")

MAX_FILE_BYTES = 80_000_000
MAX_RATIO = 50
"""Times that a member may grow; text grows five times, weights hardly."""

SMALL = 100_000
"""Bytes up to which the ratio says nothing."""

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1


def pack_model(folder: Path, file: Path) -> None:
    """Write the files of a model folder into one; the same bytes for the same files.

    Raises:
        ModelError: a file is missing or cannot be written.
    """
    buffer = io.BytesIO()
    try:
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in FILES:
                if name in REQUIRED or (folder / name).is_file():
                    info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
                    info.external_attr = (stat.S_IFREG | 0o644) << 16
                    info.compress_type = zipfile.ZIP_DEFLATED
                    archive.writestr(info, (folder / name).read_bytes())
        write_whole(file, buffer.getvalue())
    except OSError as error:
        raise ModelError(f"{error.filename or file}: {error.strerror}") from error


def unpack_model(file: Path, folder: Path) -> None:
    """Write what a model file holds into an empty folder, after checking every name and size.

    Raises:
        ModelError: it is not a model file, or one that means harm; the text says what is wrong.
    """
    try:
        if file.stat().st_size > MAX_FILE_BYTES:
            raise ModelError(f"{file}: more than {MAX_FILE_BYTES:,} bytes, no model is that large")
        data = file.read_bytes()
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            _check_names(file, members)
            for info in members:
                _check_member(file, info)
            for info in members:
                (folder / info.filename).write_bytes(_content(file, archive, info))
    except OSError as error:
        raise ModelError(f"{error.filename or file}: {error.strerror or error}") from error
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError,
            zlib.error, ValueError) as error:  # fmt: skip
        raise ModelError(f"{file}: not a model file: {error}") from error


def _check_names(file: Path, members: list[zipfile.ZipInfo]) -> None:
    # `filename` has been cut at a NUL and had its slashes turned; `orig_filename` is what was sent.
    names = [info.orig_filename for info in members]
    if unknown := [name for name in names if name not in FILES]:
        raise ModelError(
            f"{file}: holds {unknown[0]!r:.80}; a model file holds {', '.join(FILES)}, nothing else"
        )
    if twice := [name for name in FILES if names.count(name) > 1]:
        raise ModelError(f"{file}: holds {twice[0]} more than once")
    if missing := [name for name in REQUIRED if name not in names]:
        raise ModelError(f"{file}: lacks {' and '.join(missing)}; it is no model file")


def _check_member(file: Path, info: zipfile.ZipInfo) -> None:
    name, limit = info.filename, FILES[info.filename]
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise ModelError(f"{file}: {name} is a link or another special file")
    if info.flag_bits & _ENCRYPTED or info.compress_type not in _METHODS:
        raise ModelError(f"{file}: {name} is encrypted, or packed in an unusual way")
    if info.file_size > limit:
        raise ModelError(f"{file}: {name} has {info.file_size:,} bytes, at most {limit:,}")
    if info.file_size > max(SMALL, MAX_RATIO * info.compress_size):
        raise ModelError(f"{file}: {name} grows more than {MAX_RATIO} times when unpacked")


def _content(file: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Return a member's bytes, whatever the archive says of their number."""
    limit = FILES[info.filename]
    with archive.open(info) as member:
        data = member.read(limit + 1)
    if len(data) > limit:
        raise ModelError(f"{file}: {info.filename} has more than {limit:,} bytes")
    return data
