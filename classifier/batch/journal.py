"""The journal of a run: every entry on disk as soon as it is judged, so that none is judged twice.

A line is `key TAB digest TAB outcome TAB report TAB extra LF`; JSON writes no raw tab. The file
stands beside the output, readable by its owner only, until the output is whole.
"""

from __future__ import annotations

import json
import os
from array import array
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np

from classifier.batch.entry import Entry, Outcome
from classifier.schema import BlastcheckError, ConfigError
from classifier.sources import Record, place_key

_COLUMNS = 5
_VERSION = 1


class OutputError(BlastcheckError):
    """An output cannot be written. What was judged is kept for `--resume`, if anything was."""


class Journal:
    """Entries on disk in the order they were judged; iterate it as often as needed.

    Of two entries for one place the later counts. Memory: 17 bytes an entry.
    """

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path = path
        self._file = file
        self._keys = array("Q")
        self._digests = array("Q")
        self._failed = array("B")
        self._before = 0
        self._held = (np.empty(0, np.uint64), np.empty(0, np.uint64))

    @classmethod
    def create(cls, path: Path, plan: Mapping[str, Any]) -> Journal:
        """Begin a journal.

        Args:
            path: Where; an existing file there is an interrupted run.
            plan: What must be equal to go on with it, as JSON.

        Raises:
            ConfigError: there is an interrupted run, or no file can be made there.
            OutputError: it cannot be written.
        """
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError as error:
            way_out = "go on with --resume, or delete it to start anew"
            raise ConfigError(f"{path}: a run was interrupted here; {way_out}") from error
        except OSError as error:
            raise ConfigError(f"{path}: {error.strerror}; choose another output") from error
        journal = cls(path, os.fdopen(descriptor, "wb", buffering=0))
        head = json.dumps({"blastcheck": "journal", "version": _VERSION, "plan": plan})
        try:
            journal._write(head.encode() + b"\n")
        except OutputError:
            journal.remove()
            raise
        return journal

    @classmethod
    def resume(cls, path: Path, plan: Mapping[str, Any]) -> Journal:
        """Go on with an interrupted run, or begin where there is none.

        Failures are forgotten: what still fails will be met again.

        Raises:
            ConfigError: it belongs to another run.
            OutputError: it cannot be read or written.
        """
        if not path.exists():
            return cls.create(path, plan)
        try:
            with path.open("rb") as lines:
                _check(path, lines.readline(), plan)
                journal = cls(path, path.open("r+b", buffering=0))
                journal._recover(lines)
        except OSError as error:
            raise OutputError(f"{path}: {error.strerror}; it cannot be resumed") from error
        return journal

    def _recover(self, lines: BinaryIO) -> None:
        """Read the entries that are whole, and cut off a torn end."""
        good = lines.tell()
        for line in lines:
            columns = line.split(b"\t")
            if len(columns) != _COLUMNS or not line.endswith(b"\n"):
                break
            self._remember(int(columns[0], 16), int(columns[1], 16), columns[2] == b"failed")
            good += len(line)
        self._file.truncate(good)
        self._file.seek(good)
        self._before = len(self._keys)
        judged = np.array(self._failed, bool) == 0
        keys = np.array(self._keys, np.uint64)[judged]
        order = np.argsort(keys, kind="stable")
        self._held = keys[order], np.array(self._digests, np.uint64)[judged][order]

    @property
    def resumed(self) -> int:
        """How many messages were judged before this run was resumed."""
        return len(np.unique(self._held[0]))

    def holds_place(self, place: str) -> bool:
        """Tell whether the message at a place was judged before this run was resumed."""
        return bool(self._digests_of(place).size)

    def holds(self, record: Record) -> bool:
        """Tell whether this very content was judged at its place before."""
        digests = self._digests_of(record.place)
        return bool(digests.size) and int(digests[-1]) == record.digest

    def _digests_of(self, place: str) -> np.ndarray:
        keys, digests = self._held
        if not keys.size:
            return keys
        key = np.uint64(place_key(place))
        return digests[np.searchsorted(keys, key) : np.searchsorted(keys, key, "right")]

    def add(self, entries: Iterable[Entry]) -> None:
        """Write entries and hand them to the operating system.

        Raises:
            OutputError: the disk is full, or gone.
        """
        lines = []
        for entry in entries:
            self._remember(entry.key, entry.digest, entry.outcome == "failed")
            head = f"{entry.key:016x}\t{entry.digest:016x}\t{entry.outcome}"
            lines.append(f"{head}\t{entry.report_json}\t{entry.extra_json}\n".encode())
        self._write(b"".join(lines))

    def _remember(self, key: int, digest: int, failed: bool) -> None:  # noqa: FBT001
        self._keys.append(key)
        self._digests.append(digest)
        self._failed.append(failed)

    def _write(self, data: bytes) -> None:
        """Write without a buffer: what a full disk refuses must not be tried again at the end."""
        left = memoryview(data)
        try:
            while left:
                left = left[self._file.write(left) :]
        except OSError as error:
            way_out = "make room and go on with --resume"
            raise OutputError(f"{self.path}: {error.strerror}; {way_out}") from error

    def __iter__(self) -> Iterator[Entry]:
        """Yield the entries that count, in the order they were judged."""
        counts = self._counting()
        with self.path.open("rb") as lines:
            lines.readline()
            for line, wanted in zip(lines, counts, strict=True):
                if wanted:
                    yield _entry(line)

    def _counting(self) -> list[bool]:
        """Tell for each line whether it counts: the last of its place, and no forgotten failure."""
        keys = np.array(self._keys, np.uint64)
        forgotten = np.array(self._failed, bool) & (np.arange(len(keys)) < self._before)
        _, from_end = np.unique(keys[::-1], return_index=True)
        last = np.zeros(len(keys), bool)
        last[len(keys) - 1 - from_end] = True
        return cast("list[bool]", last & ~forgotten)

    def close(self) -> None:
        """Put everything on the disk itself, so that the run can be resumed; drop what is empty."""
        if self._file.closed:
            return
        with suppress(OSError):  # what is not on the disk then is cut off when resuming
            os.fsync(self._file.fileno())
        self._file.close()
        if not self._keys:
            self.path.unlink()

    def remove(self) -> None:
        """Delete the journal: the outputs are whole."""
        self._file.close()
        self.path.unlink()


def _check(path: Path, head: bytes, plan: Mapping[str, Any]) -> None:
    try:
        found = json.loads(head)
        found = found["plan"] if found["version"] == _VERSION else None
    except (ValueError, KeyError, TypeError):
        found = None
    if found == json.loads(json.dumps(plan)):
        return
    changed = [key for key in plan if isinstance(found, dict) and found.get(key) != plan[key]]
    what = f"with other {', '.join(changed)}" if changed else "by another version"
    way_out = "repeat the run as it was, or delete it to start anew"
    raise ConfigError(f"{path}: this run was begun {what}; {way_out}")


def _entry(line: bytes) -> Entry:
    key, digest, outcome, report, extra = line.decode().split("\t")
    return Entry(
        int(key, 16), int(digest, 16), cast("Outcome", outcome), report, extra.removesuffix("\n")
    )
