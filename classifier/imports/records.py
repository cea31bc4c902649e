"""From rows to labelled examples: names understood, marks found in the text, labels complete."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from classifier.corpus import Example, example_of, labels_of, record_faults
from classifier.imports.files import read_rows
from classifier.imports.labels import Names, language
from classifier.imports.rows import Fault, ImportOptions, Row
from classifier.imports.spans import found_spans
from classifier.schema import CODES, LABELS, LANGUAGES, TACTICS, InputError

_CODE_OF = {tactic: code for code, tactic in CODES.items()}
_QUOTED = 40


@dataclass(frozen=True)
class Imported:
    """What labelled files hold."""

    examples: list[tuple[str, Example]] = field(default_factory=list)
    """With their places."""
    faults: list[Fault] = field(default_factory=list)
    """Rows that cannot be used."""
    unknown: dict[str, list[str]] = field(default_factory=dict)
    """Name that nobody knows -> the places where it stands."""


class _UnclearError(Exception):
    """A row does not say clearly what it is; the text says why."""


def read_labelled(paths: Iterable[Path], options: ImportOptions) -> Imported:
    """Read labelled files of any format in `FORMATS`, and say all that is wrong with them.

    Raises:
        ConfigError: an option names what does not exist.
    """
    imported, names = Imported(), Names(options.names)
    for path in paths:
        try:
            for number, row in enumerate(read_rows(path, options), 1):
                _add(imported, row, f"{path.name}#{number}", names, options)
        except InputError as error:
            why = str(error).removeprefix(f"{path}: ")
            imported.faults.append(Fault(str(path), why))
    return imported


def _add(
    imported: Imported, row: Row | Fault, id_: str, names: Names, options: ImportOptions
) -> None:
    if isinstance(row, Fault):
        imported.faults.append(row)
        return
    called = dict.fromkeys([name for name, _ in row.said] + [mark.name for mark in row.marks])
    if strange := [name for name in called if names.meaning(name) is None]:
        for name in strange:
            imported.unknown.setdefault(name, []).append(row.place)
        return
    try:
        record = _record(row, names, options)
    except _UnclearError as error:
        imported.faults.append(Fault(row.place, str(error)))
        return
    if why := "; ".join(record_faults(record)):
        imported.faults.append(Fault(row.place, why))
        return
    # Ids of other tools are numbers that begin at 1 in every project: keep them apart.
    record["id"] = str(record.get("id") or id_)
    record["group"] = str(record.get("group") or id_)
    imported.examples.append((row.place, example_of(record, id_)))


def _record(row: Row, names: Names, options: ImportOptions) -> dict[str, Any]:
    """Return a record as our own JSON Lines have it."""
    if not row.text.strip():
        raise _UnclearError("the text is empty")
    marks = [mark for mark in row.marks if names.meaning(mark.name) in TACTICS]
    spans = found_spans(row.text, marks)
    if spans is None:
        raise _UnclearError(_lost(row))
    tactics = [str(names.meaning(mark.name)) for mark in marks]
    found = [
        {"start": start, "end": end, "tactic": tactic}
        for (start, end), tactic in zip(spans, tactics, strict=True)
    ]
    lang = language(row.fields.get("lang"))
    if lang not in (None, *LANGUAGES):
        raise _UnclearError(f"its language {lang!r} is none of {', '.join(LANGUAGES)}")
    labels = _labels(row, tactics, names, options)
    codes = row.fields.get("codes") or sorted({_CODE_OF[t] for t in tactics if t in _CODE_OF})
    return {**row.fields, "text": row.text, "lang": lang, "spans": found, "codes": codes, **labels}


def _lost(row: Row) -> str:
    mark = next((m for m in row.marks if m.quote), row.marks[0])
    what = f" ({mark.quote[:_QUOTED]!r})" if mark.quote else ""
    return (
        f"its marked words{what} are not at {mark.start} to {mark.end}, counted in characters, in"
        " UTF-16 units, or with accents composed or apart; mark them again"
    )


def _labels(row: Row, tactics: list[str], names: Names, options: ImportOptions) -> dict[str, int]:
    """Return what was said of each label, or what follows from the tactics that were seen.

    Raises:
        _UnclearError: nothing was said of one, or two things at once.
    """
    said: dict[str, set[bool]] = {label: set() for label in LABELS}
    for label, value in _sayings(row, names):
        said[label].add(value)
    if torn := [label for label, values in said.items() if len(values) > 1]:
        raise _UnclearError(f"{' and '.join(torn)}: said to be and not to be; settle it")
    known = {label: int(True in values) for label, values in said.items() if values}
    seen = [*tactics, *(names.meaning(name) or "" for name, yes in row.said if yes)]
    tactics = [tactic for tactic in seen if tactic in TACTICS]
    if not known and tactics:
        codes = (_CODE_OF[tactic] for tactic in tactics if tactic in _CODE_OF)
        return dict(zip(LABELS, labels_of(codes), strict=True))
    missing = [label for label in LABELS if label not in known]
    if missing and not (options.unlabelled_is_fine or (known and row.closed)):
        raise _UnclearError(
            f"nothing was said of {' or '.join(missing)}; label it, or use --unlabelled fine"
        )
    return {label: known.get(label, 0) for label in LABELS}


def _sayings(row: Row, names: Names) -> Iterator[tuple[str, bool]]:
    """Yield a label, and whether it was said to be there."""
    for name, yes in (*row.said, *((mark.name, True) for mark in row.marks)):
        meaning = names.meaning(name)
        if meaning in LABELS:
            yield str(meaning), yes
        elif meaning == "skip" and yes:
            raise _UnclearError(f"marked as {name!r}, so it was left out")
        elif meaning in ("both", "fine") and yes:
            yield from ((label, meaning == "both") for label in LABELS)
