"""Answers as annotation tools read them; `classifier.imports` reads what these tools write."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from classifier.labelling.answers import Row
from classifier.schema import LABELS

NONE = "none"
"""The choice for a message that carries no label."""


def label_studio(rows: Sequence[Row]) -> str:
    """Return tasks with annotations, as Label Studio imports and exports them (JSON).

    Its labelling configuration needs a `Choices` and a `Labels` named as here, and a `Text` named
    `text`. Offsets count UTF-16 units there, as browsers do.
    """
    return json.dumps([_task(row) for row in rows], ensure_ascii=False, indent=1) + "\n"


def _task(row: Row) -> dict[str, Any]:
    choices = {"type": "choices", "from_name": "label", "to_name": "text"}
    result = [{**choices, "value": {"choices": _labels(row)}}, *_regions(row)]
    data = {"text": row["text"], "lang": row["lang"], "subject": row.get("subject", "")}
    return {"data": data, "annotations": [{"result": result}]}


def _regions(row: Row) -> Iterator[dict[str, Any]]:
    text = row["text"]
    for span in row.get("spans", ()):
        start, end = (_utf16(text[: span[key]]) for key in ("start", "end"))
        words = text[span["start"] : span["end"]]
        value = {"start": start, "end": end, "text": words, "labels": [span["tactic"]]}
        yield {"type": "labels", "from_name": "tactic", "to_name": "text", "value": value}


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def doccano(rows: Sequence[Row]) -> str:
    """Return a line a message, as doccano's intent detection and slot filling reads it (JSONL)."""
    return "".join(json.dumps(_line(row), ensure_ascii=False) + "\n" for row in rows)


def _line(row: Row) -> dict[str, Any]:
    entities = [[s["start"], s["end"], s["tactic"]] for s in row.get("spans", ())]
    kept = {"lang": row["lang"], "subject": row.get("subject", "")}
    return {"text": row["text"], "cats": _labels(row), "entities": entities, **kept}


def _labels(row: Row) -> list[str]:
    return [label for label in LABELS if row[label]] or [NONE]


EXPORTS: Mapping[str, Callable[[Sequence[Row]], str]] = {
    "label-studio": label_studio,
    "doccano": doccano,
}
"""Tool -> what its import file holds."""
