"""Files as objects with places, whatever is in them: tables, lines, documents, data folders."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from classifier.encodings import decode
from classifier.imports.objects import MAX_FILE_BYTES, Places
from classifier.imports.rows import Fault
from classifier.schema import InputError
from classifier.sources.streams import Stream
from classifier.sources.tables import csv_rows


def fasttext_lines(stream: Stream, source: str) -> Places:
    """Yield lines; doccano quotes those with a comma or line end in them, as CSV does."""
    text = decode(stream.read(MAX_FILE_BYTES))[0]
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text)), 1):
            whole = ",".join(cells)
            if whole.strip():
                yield f"{source}, item {number}", {"line": whole}
    except csv.Error as error:
        yield Fault(source, f"not fastText: {error}; what follows was not read")


def csv_cells(stream: Stream, source: str) -> Places:
    """Yield the rows of a table as objects."""
    for place, cells in csv_rows(stream, source):
        yield Fault(place, cells) if isinstance(cells, str) else (place, cells)


def documents(stream: Stream, source: str) -> Places:
    """Yield the documents of a spaCy DocBin.

    Raises:
        InputError: it is damaged.
    """
    from classifier.pipeline.docbins import read_docbin  # noqa: PLC0415 - spaCy is slow to import

    found = read_docbin(stream.read(MAX_FILE_BYTES), source)
    for number, document in enumerate(found, 1):
        yield f"{source}, document {number}", {"document": document}


def dataset_rows(path: Path) -> Places:
    """Yield the rows of a folder that Hugging Face's `datasets` saved; class numbers as names.

    Raises:
        InputError: `datasets` is not installed, or did not save it.
    """
    try:
        import datasets  # noqa: PLC0415 - an extra
    except ImportError as error:
        way_out = "pip install 'blastcheck[datasets]', or name the files in it"
        raise InputError(f"{path}: a folder of Hugging Face datasets needs: {way_out}") from error
    try:
        loaded = datasets.load_from_disk(str(path))
    except (FileNotFoundError, ValueError) as error:
        way_out = "name its files one by one"
        raise InputError(f"{path}: not a folder that datasets saved; {way_out}") from error
    parts = loaded if isinstance(loaded, dict) else {"": loaded}
    for name, part in parts.items():
        where = f"{path}/{name}" if name else str(path)
        for number, row in enumerate(part, 1):
            yield f"{where}, row {number}", _with_names(row, part.features)


def _with_names(row: Mapping[str, Any], features: Mapping[str, Any]) -> dict[str, Any]:
    """Replace the numbers of classes by their names, single or in lists."""
    named = dict(row)
    for column, kind in features.items():
        to_name: Any = getattr(
            kind, "int2str", getattr(getattr(kind, "feature", kind), "int2str", None)
        )
        if to_name and row[column] is not None:
            named[column] = to_name(row[column])
    return named
