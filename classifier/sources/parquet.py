"""Parquet: a message a row, through pyarrow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from classifier.schema import InputError
from classifier.sources.ids import Ids
from classifier.sources.record import Failure, Found, Notice, ReadOptions, Record
from classifier.sources.rows import RowError, RowReader, columns_of
from classifier.sources.streams import Stream, bare_name

_ROWS = 200
"""Rows that are turned into Python at once."""


def read_parquet(stream: Stream, source: str, options: ReadOptions) -> Iterator[Found]:
    """Yield the message of each row; rows count from 1.

    Raises:
        InputError: pyarrow is missing, the file is damaged, or no column holds text.
    """
    file, schema = _opened(stream, source)
    reader = RowReader.of(options)
    reader.check(schema.names, source)
    columns = columns_of(schema.names, options.columns)
    _check_text(schema, columns, source)
    wanted = None if options.template else list(columns.values())
    number, kept, ids = 0, 0, Ids(bare_name(Path(source)))
    for batch in _batches(file, wanted, source):
        for row in batch.to_pylist():
            number += 1
            place = f"{source}, row {number}"
            try:
                message = reader.message(row)
            except RowError as error:
                kept += 1
                yield Failure(place, str(error), source)
                continue
            if message:
                kept += 1
                name, repeated = ids.of(message, number)
                yield Record(place, name, source, message, "", limits=repeated)
    if not kept:
        whose = f" by {options.sender!r}" if number else ""
        yield Notice(source, f"no messages{whose} in this table")


def parquet_rows(stream: Stream, source: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the place of each row, and its cells by column.

    Raises:
        InputError: pyarrow is missing, or the file is damaged.
    """
    file, _ = _opened(stream, source)
    rows = (row for batch in _batches(file, None, source) for row in batch.to_pylist())
    yield from ((f"{source}, row {number}", row) for number, row in enumerate(rows, 1))


def _opened(stream: Stream, source: str) -> tuple[Any, Any]:
    try:
        from pyarrow import ArrowException  # noqa: PLC0415 - an extra
        from pyarrow.parquet import ParquetFile  # noqa: PLC0415 - an extra
    except ImportError as error:
        way_out = "pip install 'blastcheck[parquet]'"
        raise InputError(f"{source}: reading Parquet needs: {way_out}") from error
    try:
        file = ParquetFile(stream.file, pre_buffer=False, buffer_size=1 << 16)
    except (ArrowException, OSError) as error:
        raise InputError(f"{source}: no whole Parquet file; get a whole copy") from error
    return file, file.schema_arrow


def _check_text(schema: Any, columns: dict[str, str], source: str) -> None:
    from pyarrow import types  # noqa: PLC0415 - an extra

    if "text" not in columns:
        return
    kind = schema.field(columns["text"]).type
    plain = kind.value_type if types.is_dictionary(kind) else kind
    if not (types.is_string(plain) or types.is_large_string(plain) or types.is_string_view(plain)):
        way_out = "name another with --column text=NAME"
        raise InputError(f"{source}: column {columns['text']!r} holds {kind}, not text; {way_out}")


def _batches(file: Any, columns: list[str] | None, source: str) -> Iterator[Any]:
    from pyarrow import ArrowException  # noqa: PLC0415 - an extra

    try:
        yield from file.iter_batches(batch_size=_ROWS, columns=columns)
    except (ArrowException, OSError) as error:
        raise InputError(f"{source}: damaged Parquet data; get a whole copy") from error
