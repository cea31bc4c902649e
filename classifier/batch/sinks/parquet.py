"""Parquet for data frames, through pyarrow."""

from __future__ import annotations

from typing import Any, BinaryIO

from classifier.batch.entry import Entry
from classifier.batch.sinks.rows import COLUMNS, row_of
from classifier.batch.summary import Summary

_GROUP = 5_000
"""Rows of a row group; as many are held in memory."""


class ParquetSink:
    """Writes the columns of `rows.COLUMNS`."""

    def __init__(self, file: BinaryIO) -> None:
        import pyarrow as pa  # noqa: PLC0415 - an extra
        from pyarrow.parquet import ParquetWriter  # noqa: PLC0415 - an extra

        kinds = {str: pa.string(), bool: pa.bool_(), float: pa.float64(), int: pa.int64()}
        kinds[list] = pa.list_(pa.string())
        self._schema: Any = pa.schema([(name, kinds[kind]) for name, kind in COLUMNS.items()])
        self._writer: Any = ParquetWriter(file, self._schema, compression="zstd")
        self._rows: list[dict[str, Any]] = []

    def write(self, entry: Entry) -> None:
        """Add a row."""
        self._rows.append(row_of(entry))
        if len(self._rows) >= _GROUP:
            self._flush()

    def _flush(self) -> None:
        from pyarrow import Table  # noqa: PLC0415 - an extra

        self._writer.write_table(Table.from_pylist(self._rows, self._schema))
        self._rows.clear()

    def finish(self, summary: Summary) -> None:
        """Write the last rows, and the footer without which no reader takes the file for whole."""
        del summary
        if self._rows:
            self._flush()
        self._writer.close()
