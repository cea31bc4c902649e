"""What was answered, in a file that `blastcheck train` takes as it is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import Any

from classifier.corpus import TacticSpan, labels_of
from classifier.labelling.choice import Picked
from classifier.labelling.pool import Candidate
from classifier.schema import CODES, LABELS, ConfigError, Label
from classifier.store.durable import add_line, whole_lines, write_whole

PREFIX = "lb-"
"""How the ids of labelled messages begin."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person said of a message."""

    labels: tuple[Label, ...]
    borderline: bool = False
    """Two careful people might differ."""
    spans: tuple[TacticSpan, ...] = ()
    """Words that carry a tactic."""


def contradiction(answer: Answer) -> str | None:
    """Return what is wrong when the marked tactics say another label than the answer."""
    codes = {code for code, tactic in CODES.items() if tactic in {s.tactic for s in answer.spans}}
    for label, follows in zip(LABELS, labels_of(codes), strict=True):
        if follows and label not in answer.labels:
            return f"the words you marked make this {label}: answer so, or undo the marks"
    return None


class Answers:
    """The file of the answers; each is on the disk before the next question is asked."""

    def __init__(self, path: Path) -> None:
        """Read what was answered before, and cut off what a crash left of a last line.

        Raises:
            ConfigError: the file holds something else, or cannot be read.
        """
        self.path = path
        try:
            lines = whole_lines(path)
            self._rows = [_row(path, n, line) for n, line in enumerate(lines, 1)]
            if path.exists() and path.read_bytes()[-1:] not in (b"", b"\n"):
                self._write()
        except OSError as error:
            raise ConfigError(f"{path}: {error.strerror}; name another file") from error

    @property
    def rows(self) -> Sequence[Row]:
        """Return all answers, the oldest first."""
        return self._rows

    def add(self, candidate: Candidate, answer: Answer, picked: Picked) -> None:
        """Keep an answer.

        Raises:
            ConfigError: it cannot be written.
        """
        row = _made(candidate, answer, picked)
        try:
            add_line(self.path, json.dumps(row, ensure_ascii=False))
        except OSError as error:
            raise ConfigError(f"{self.path}: {error.strerror}; the answer was not kept") from error
        self._rows.append(row)

    def undo(self) -> Row | None:
        """Take the last answer back and return it; None if there is none."""
        if not self._rows:
            return None
        last = self._rows.pop()
        self._write()
        return last

    def _write(self) -> None:
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in self._rows)
        write_whole(self.path, lines.encode("utf-8"))


def _row(path: Path, number: int, line: str) -> Row:
    try:
        row = json.loads(line)
    except ValueError:
        row = None
    if not isinstance(row, dict) or not isinstance(row.get("text"), str) or "picked" not in row:
        raise ConfigError(f"{path}, line {number}: not an answer of `label`; name another file")
    return row


def _made(candidate: Candidate, answer: Answer, picked: Picked) -> Row:
    new_id = f"{PREFIX}{token_hex(6)}"
    row: Row = {
        "id": new_id,
        "group": new_id,
        "lang": candidate.lang,
        "text": candidate.text,
        "subject": candidate.subject,
        **{label: int(label in answer.labels) for label in LABELS},
        "spans": [asdict(span) for span in answer.spans],
        "picked": picked,
        "day": datetime.now(UTC).date().isoformat(),
    }
    if candidate.envelope:
        row["envelope"] = candidate.envelope
    return {**row, "difficulty": "borderline"} if answer.borderline else row


@contextmanager
def alone_with(path: Path) -> Iterator[None]:
    """Keep a second session off the same file.

    Raises:
        ConfigError: there is one, or the folder cannot be written.
    """
    from filelock import FileLock, Timeout  # noqa: PLC0415 - 50 ms that --help does not need

    lock = path.with_name(f".{path.name}.lock")
    try:
        with FileLock(lock, timeout=0):
            yield
            with suppress(OSError):
                lock.unlink()
    except Timeout as error:
        raise ConfigError(f"{path}: another `blastcheck label` has it open; close that") from error
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}; name another file") from error
