"""Labelled messages: JSON Lines in, Examples out, every fault with its file and line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import NoneType
from typing import Any, get_args

from classifier.mail import names_a_cv
from classifier.schema import (
    CODES,
    LABELS,
    LANGUAGES,
    TACTICS,
    DataError,
    Envelope,
    Message,
    ThreadKind,
)


@dataclass(frozen=True, slots=True)
class TacticSpan:
    """Annotated words of a labelled message."""

    start: int
    """Offset in code points into the text, inclusive."""
    end: int
    """Offset in code points, exclusive."""
    tactic: str


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled message."""

    message: Message
    labels: tuple[int, ...]
    """0 or 1 for each of LABELS."""
    spans: tuple[TacticSpan, ...] = ()
    codes: tuple[str, ...] = ()
    """Annotators' codes (keys of CODES)."""
    group: str = ""
    """Twins and siblings share it and stay in one split; where none is given, the id or place."""
    kind: str = ""
    """`offence`, `hard_negative` or `ordinary`."""
    difficulty: str = ""


def labels_of(codes: Iterable[str]) -> tuple[int, int]:
    """Return (cv_blast, give_to_get) as they follow from annotators' codes.

    Any primary (P) or two secondaries (S, I) make a cv_blast, any link (L) a give_to_get.
    """
    codes = set(codes)
    secondaries = {code for code in codes if code[0] in "SI"}
    blast = any(code[0] == "P" for code in codes) or len(secondaries) > 1
    return int(blast), int(any(code[0] == "L" for code in codes))


def load_examples(paths: Iterable[Path]) -> list[Example]:
    """Read labelled JSON Lines files.

    Raises:
        DataError: every fault of every file, each with file and line.
    """
    return [example_of(record, place) for place, record in load_records(paths, record_faults)]


def load_records(
    paths: Iterable[Path], faults_of: Callable[[dict[str, Any]], Iterable[str]]
) -> list[tuple[str, dict[str, Any]]]:
    """Read JSON Lines files; return each record with its `file:line`.

    Raises:
        DataError: what `faults_of` says of every record of every file, each with file and line.
    """
    records: list[tuple[str, dict[str, Any]]] = []
    faults: list[str] = []
    paths = list(paths)
    for path in paths:
        for number, record in _records(path):
            problems = [record] if isinstance(record, str) else list(faults_of(record))
            faults += [f"{path}:{number}: {problem}" for problem in problems]
            if isinstance(record, dict):
                records.append((f"{path}:{number}", record))
    if faults:
        raise DataError("\n".join(faults))
    if not records:
        raise DataError(
            f"{', '.join(map(str, paths))}: no labelled messages; one JSON object a line"
        )
    return records


def _records(path: Path) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """Yield line number and record, or the text of a fault."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: {error}") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                record = json.loads(line)
            except (ValueError, RecursionError) as error:
                yield number, f"not JSON: {error}"
                continue
            yield number, record if isinstance(record, dict) else "not a JSON object"


def record_faults(record: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with one labelled record."""
    text = record.get("text")
    if not isinstance(text, str) or not text.strip():
        yield "needs a non-empty string field 'text'"
        return
    if record.get("lang") not in (None, *LANGUAGES):
        yield f"lang {record['lang']!r} is none of {', '.join(LANGUAGES)}"
    for label in LABELS:
        if record.get(label) not in (0, 1):
            yield f"{label} must be 0 or 1, not {record.get(label)!r}"
    yield from _type_faults(record)
    for code in _list(record, "codes"):
        if not isinstance(code, str) or code not in CODES:
            yield f"code {code!r} is none of {', '.join(CODES)}"
    for span in _list(record, "spans"):
        yield from _span_faults(span, len(text))


def _list(record: dict[str, Any], key: str) -> list[Any]:
    """Return a list field; nothing when it is missing or of another type (a fault by itself)."""
    value = record.get(key)
    return value if isinstance(value, list) else []


def _type_faults(record: dict[str, Any]) -> Iterator[str]:
    for key, kind in (("codes", list), ("spans", list), ("subject", str), ("envelope", dict)):
        if not isinstance(record.get(key), (kind, NoneType)):
            yield f"{key} must be a {kind.__name__}, not {record[key]!r}"
    envelope = record.get("envelope")
    if not isinstance(envelope, dict):
        return
    for key in ("to", "cc", "bcc"):
        if not isinstance(envelope.get(key), (int, NoneType)):
            yield f"envelope: {key} must be a number, not {envelope[key]!r}"
    names = envelope.get("attachments") or []
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        yield f"envelope: attachments must be a list of names, not {names!r}"
    if envelope.get("thread", "new") not in get_args(ThreadKind):
        kinds = ", ".join(get_args(ThreadKind))
        yield f"envelope: thread {envelope['thread']!r} is none of {kinds}"


def _span_faults(span: Any, length: int) -> Iterator[str]:
    if not isinstance(span, dict):
        yield f"span {span!r} is not an object with start, end and tactic"
        return
    tactic = span.get("tactic")
    if not isinstance(tactic, str) or tactic not in TACTICS:
        yield f"tactic {tactic!r} is unknown"
    start, end = span.get("start"), span.get("end")
    if not (isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= length):
        yield f"span {start!r}..{end!r} is not inside a text of {length} code points"


def example_of(record: dict[str, Any], place: str) -> Example:
    """Return the Example of a faultless record; `place` is its group where it names none."""
    spans = (TacticSpan(s["start"], s["end"], s["tactic"]) for s in _list(record, "spans"))
    return Example(
        message=message_of(record),
        labels=tuple(record[label] for label in LABELS),
        spans=tuple(spans),
        codes=tuple(_list(record, "codes")),
        group=str(record.get("group") or record.get("id") or place),
        kind=record.get("kind", ""),
        difficulty=record.get("difficulty", ""),
    )


def message_of(record: dict[str, Any]) -> Message:
    """Return the Message of a labelled record; a CV is told by its attachment's name."""
    envelope = None
    if facts := record.get("envelope"):
        names = tuple(facts.get("attachments") or ())
        counts = {key: int(facts.get(key) or 0) for key in ("to", "cc", "bcc")}
        attached = bool(facts.get("cv_attached", any(map(names_a_cv, names))))
        envelope = Envelope(
            **counts,
            to_self=bool(facts.get("to_self")),
            attachments=names,
            cv_attached=attached,
            thread=facts.get("thread", "new"),
        )
    return Message(
        text=record["text"],
        id=str(record.get("id", "")),
        subject=record.get("subject") or "",
        lang=record.get("lang"),
        envelope=envelope,
    )
