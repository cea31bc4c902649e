"""Which format a labelled file has, and what reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

from classifier.encodings import decode
from classifier.imports import tools
from classifier.imports.containers import csv_cells, dataset_rows, documents, fasttext_lines
from classifier.imports.labels import Names
from classifier.imports.objects import Places, json_objects
from classifier.imports.rows import Fault, Found, ImportOptions, Mark, Row, Rows, ShapeError
from classifier.imports.tables import table_row
from classifier.schema import InputError
from classifier.sources.parquet import parquet_rows
from classifier.sources.streams import Stream, bare_name, damaged, opened

_PREFIX = "__label__"
_COMMENT = " __comment__"
_LOOKED_AT = 20
_SNIFFED_BYTES = 8_192
_MOST_WORDS = 6
"""Words that a label of fastText's may have: doccano writes spaces into them."""

Shape = Callable[[str, Mapping[str, Any], ImportOptions], Row]
"""(place, object, options) -> row; raises ShapeError."""


class Format(NamedTuple):
    """A way to write labelled messages down."""

    places: Callable[[Stream, str], Places]
    """(open file, its name) -> its objects with their places."""
    row: Shape


def fasttext_row(place: str, record: Mapping[str, Any], options: ImportOptions) -> Row:
    """Return the row of `__label__name words of the message`.

    Raises:
        ShapeError: there is no label.
    """
    rest, names, said = record["line"].split(_COMMENT)[0].strip(), Names(options.names), []
    while rest.startswith(_PREFIX):
        name, rest = _cut(rest.removeprefix(_PREFIX), names)
        said.append((name, True))
    if not said:
        raise ShapeError(f"no {_PREFIX} at its beginning")
    return Row(place, rest, tuple(said))


def _cut(text: str, names: Names) -> tuple[str, str]:
    """Split a label from what follows: the longest known name, else one word."""
    words = text.split(" ")
    for count in range(min(_MOST_WORDS, len(words)), 0, -1):
        name = " ".join(words[:count])
        if names.meaning(name) or count == 1:
            return name, " ".join(words[count:]).lstrip()
    return text, ""


def docbin_row(place: str, record: Mapping[str, Any], _options: ImportOptions) -> Row:
    """Return the row of a document: each category is a yes or a no."""
    document = record["document"]
    said = tuple((name, value >= 0.5) for name, value in document.cats.items())  # noqa: PLR2004
    marks = tuple(Mark(a, b, name, document.text[a:b]) for a, b, name in document.spans)
    return Row(place, document.text, said, marks, closed=False)


FORMATS: dict[str, Format] = {
    "jsonl": Format(json_objects, table_row),
    "csv": Format(csv_cells, table_row),
    "tsv": Format(csv_cells, table_row),
    "parquet": Format(parquet_rows, table_row),
    "label-studio": Format(json_objects, tools.label_studio_row),
    "label-studio-min": Format(json_objects, table_row),
    "label-studio-csv": Format(csv_cells, table_row),
    "doccano": Format(json_objects, tools.doccano_row),
    "doccano-csv": Format(csv_cells, table_row),
    "fasttext": Format(fasttext_lines, fasttext_row),
    "prodigy": Format(json_objects, tools.prodigy_row),
    "argilla": Format(json_objects, tools.argilla_row),
    "spacy": Format(documents, docbin_row),
    "datasets": Format(parquet_rows, table_row),
}
"""Name of a format -> how it is read."""


def read_rows(path: Path, options: ImportOptions) -> Rows:
    """Yield every row of a labelled file, or what is wrong with it.

    Raises:
        InputError: nothing in it can be read.
    """
    if path.is_dir():
        yield from _shaped(dataset_rows(path), table_row, options)
        return
    try:
        with opened(path) as stream:
            form = FORMATS[options.format or guessed(stream.start(_SNIFFED_BYTES), bare_name(path))]
            places = form.places(stream, str(path))
            shape = form.row
            if form.places is json_objects and not options.format:
                start = list(islice(places, _LOOKED_AT))
                shape, places = _shape_of(start), chain(start, places)
            rows = _shaped(places, shape, options)
            yield from tools.joined(rows) if shape is tools.prodigy_row else rows
    except damaged() as error:
        raise InputError(f"{path}: {getattr(error, 'strerror', None) or error}") from error


def _shaped(places: Places, shape: Shape, options: ImportOptions) -> Iterator[Found]:
    for item in places:
        if isinstance(item, Fault):
            yield item
            continue
        place, record = item
        try:
            yield shape(place, record, options)
        except ShapeError as error:
            yield Fault(place, str(error))
        except (AttributeError, KeyError, TypeError, ValueError):
            # A tool's object with other things in it than the tool puts there.
            yield Fault(place, "not what its format holds; name another with --input-format")


def guessed(start: bytes, name: str) -> str:
    """Return the format of a file by its first bytes; its name decides only between tables."""
    text = decode(start)[0].lstrip("\ufeff \t\r\n")
    if start.startswith(b"PAR1"):
        return "parquet"
    if name.endswith(".spacy") or (start[:1] == b"\x78" and not text.isprintable()):
        return "spacy"
    if text.startswith(("{", "[")):
        return "jsonl"
    return "fasttext" if text.lstrip('"').startswith(_PREFIX) else "csv"


def _shape_of(start: list[Any]) -> Shape:
    """Return what makes rows of a file's objects, told by the first ones."""
    records = [item[1] for item in start if not isinstance(item, Fault)]
    for looks, shape in _LOOKS:
        if any(map(looks, records)):
            return shape
    return table_row


def _is_label_studio(record: Mapping[str, Any]) -> bool:
    return isinstance(record.get("annotations"), list) and isinstance(record.get("data"), dict)


def _is_argilla(record: Mapping[str, Any]) -> bool:
    flat = any(key.endswith(".responses") for key in record)
    return flat or ("responses" in record and isinstance(record.get("fields"), dict))


def _is_prodigy(record: Mapping[str, Any]) -> bool:
    return record.get("answer") in ("accept", "reject", "ignore")


def _is_doccano(record: Mapping[str, Any]) -> bool:
    listed = any(isinstance(record.get(key), list) for key in ("label", "cats", "entities"))
    return listed and ("Comments" in record or not isinstance(record.get("label"), str))


_LOOKS: tuple[tuple[Callable[[Mapping[str, Any]], bool], Shape], ...] = (
    (_is_label_studio, tools.label_studio_row),
    (_is_argilla, tools.argilla_row),
    (_is_prodigy, tools.prodigy_row),
    (_is_doccano, tools.doccano_row),
)
