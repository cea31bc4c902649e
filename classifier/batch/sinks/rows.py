"""The flat form of a report: one row, for spreadsheets and data frames."""

from __future__ import annotations

from typing import Any

from classifier.batch.entry import Entry

COLUMNS: dict[str, type] = {
    "id": str,
    "source": str,
    "place": str,
    "lang": str,
    "verdict": str,
    "failed": bool,
    "flags": list,
    "unsure": list,
    "cv_blast": float,
    "give_to_get": float,
    "tactics": list,
    "words": list,
    "recipients": int,
    "cv_attached": bool,
    "limits": list,
    "not_judged": str,
    "model": str,
}
"""Column -> type of its cells; lists hold text. A cell of no value is None."""


def row_of(entry: Entry) -> dict[str, Any]:
    """Return the cells of an entry, keyed and ordered as COLUMNS.

    `tactics` and `words` go together: the offences that were marked, and the words themselves.
    """
    report = entry.report
    envelope = report["envelope"] or {}
    marked = [found for found in report["evidence"] if found["label"]]
    cells = {
        **report,
        **report["scores"],
        "place": entry.place,
        "failed": entry.outcome == "failed",
        "tactics": [found["tactic"] for found in marked],
        "words": [found["text"] for found in marked],
        "recipients": envelope.get("recipients"),
        "cv_attached": envelope.get("cv_attached"),
    }
    return {column: _encodable(cells.get(column)) for column in COLUMNS}


def _encodable(value: Any) -> Any:
    """Return text without the lone surrogates that stand for the odd bytes of a file's name."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    return value
