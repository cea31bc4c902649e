"""A table's row, or any flat record: which column is the text, and which say what of it.

The labels stand in a column each (`cv_blast`: yes, no), or as names in one column. That serves
spreadsheets, our own JSON Lines, and the exports that are tables: JSON_MIN, CSV, Parquet.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from classifier.imports.labels import Names, answer, known, plain
from classifier.imports.rows import ImportOptions, Mark, Row, ShapeError
from classifier.schema import LABELS
from classifier.sources.rows import columns_of

KEPT = ("group", "kind", "difficulty", "codes", "envelope")
"""Fields of our own records that are taken over as they are."""

_BETWEEN_NAMES = re.compile(r"[#,;|/\n+]+")
_SHOWN = 12


def table_row(place: str, record: Mapping[str, Any], options: ImportOptions) -> Row:
    """Return the row of a flat record.

    Raises:
        ShapeError: it has no text, or nothing that says what the text is.
    """
    names = Names(options.names)
    found = text_and_more(record, options)
    answers = list(_answers(record, names))
    complete = {names.meaning(column) for column, _ in answers} >= set(LABELS)
    said = [*answers, *(() if complete else _named(record, names, options))]
    marks = list(_marks(record))
    if not (said or marks or _label_columns(record, names, options)):
        raise ShapeError(
            f"no column for the labels; name it with --column label=NAME, or say what a column"
            f" means with --map NAME=cv_blast; there are {_listed(record)}"
        )
    text = found.pop("text")
    return Row(place, text, tuple(said), tuple(marks), closed=not answers, fields=found)


def text_and_more(record: Mapping[str, Any], options: ImportOptions) -> dict[str, Any]:
    """Return `text` and the other fields of a record that have nothing to do with labels.

    Raises:
        ShapeError: there is no text.
    """
    wanted = {key: name for key, name in options.columns.items() if key != "label"}
    columns = columns_of([str(name) for name in record], wanted)
    text = record.get(columns.get("text", ""))
    if not isinstance(text, str):
        what = (
            "no column for the text" if text is None else f"column {columns['text']!r} is no text"
        )
        raise ShapeError(f"{what}; name it with --column text=NAME, one of {_listed(record)}")
    more: dict[str, Any] = {"text": text}
    more |= {key: record[columns[key]] for key in ("id", "lang", "subject") if key in columns}
    kept = {key: record[key] for key in KEPT if record.get(key) not in (None, "")}
    return {**kept, **more}


def _answers(record: Mapping[str, Any], names: Names) -> Iterator[tuple[str, bool]]:
    """Yield what columns that are named like a label say."""
    for column, value in record.items():
        if names.meaning(column) in (*LABELS, "fine", "both"):
            try:
                said = answer(value)
            except ValueError as error:
                raise ShapeError(f"column {column!r}: {error}; write 1 or 0") from None
            if said is not None:
                yield column, said


def _label_columns(
    record: Mapping[str, Any], names: Names, options: ImportOptions
) -> Sequence[str]:
    """Return the columns that hold names of labels, or of what was marked."""
    if wanted := options.columns.get("label"):
        return [column for column in record if plain(column) == plain(wanted)]
    usual = known("columns")
    named = [column for column in record if usual.get(plain(column)) in ("label", "spans")]
    own = [column for column in record if names.meaning(column) in LABELS]
    if named or own:
        return [*named, *own]
    return [column for column, value in record.items() if _names_a_label(value, names)]


def _names_a_label(value: Any, names: Names) -> bool:
    """Tell whether a cell of a column with a name of its own can only be a label."""
    if isinstance(value, dict):
        return "choices" in value
    return isinstance(value, str) and names.meaning(value) in (*LABELS, "both", "fine", "skip")


def _named(
    record: Mapping[str, Any], names: Names, options: ImportOptions
) -> Iterator[tuple[str, bool]]:
    """Yield the labels named in the columns for it."""
    for column in _label_columns(record, names, options):
        if names.meaning(column) is None:
            yield from ((name, True) for name in names_in(_unpacked(record[column]), names))


def names_in(value: Any, names: Names) -> Iterator[str]:
    """Yield the names in a cell: one, a list, some with signs between them, or a tool's object."""
    if isinstance(value, dict):
        value = value.get("choices", ())
    if isinstance(value, (list, tuple)):
        yield from (item for item in value if isinstance(item, str) and item.strip())
    elif value is not None and (text := str(value).strip()) and text != "nan":
        whole = names.meaning(text) is not None
        parts = [text] if whole else _BETWEEN_NAMES.split(text)
        yield from (part.strip() for part in parts if part.strip())


def _marks(record: Mapping[str, Any]) -> Iterator[Mark]:
    for column, packed in record.items():
        value = _unpacked(packed)
        if isinstance(value, (list, tuple)):
            for item in value:
                if isinstance(item, Mapping) and item.keys() >= {"start", "end"}:
                    yield from marks_in(item, str(column))


def marks_in(item: Mapping[str, Any], column: str) -> Iterator[Mark]:
    """Yield the mark in an object with `start`, `end` and what it is called.

    Raises:
        ShapeError: it has no numbers or no name.
    """
    called = item.get("tactic") or item.get("labels") or item.get("label")
    start, end, quote = item["start"], item["end"], item.get("text")
    if not (isinstance(start, int) and isinstance(end, int) and called):
        raise ShapeError(f"{column!r} marks {start!r} to {end!r} as {called!r}: not a mark")
    for name in [called] if isinstance(called, str) else called:
        yield Mark(start, end, str(name), quote if isinstance(quote, str) else None)


def _unpacked(value: Any) -> Any:
    """Return what a cell holds as JSON, else the cell."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def _listed(record: Mapping[str, Any]) -> str:
    return ", ".join(map(repr, list(record)[:_SHOWN]))
