"""What `blastcheck models list` and `show` tell of a model. Its own words may be anybody's."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from classifier.model import load
from classifier.render.characters import visible
from classifier.schema import LABELS, ModelError
from classifier.store.models import Store


def listed(store: Store) -> list[dict[str, Any]]:
    """Return a row a model: name, tag, whether it is in use; of a broken one, what is wrong."""
    in_use, rows = store.in_use(), []
    names = store.names()
    for name in names if in_use in names else [*names, in_use]:
        tag = fault = ""
        try:
            tag = load(store.folder(name)).tag
        except ModelError as error:
            fault = f"broken: {error}"
        rows.append({"name": name, "tag": visible(tag), "in_use": name == in_use, "fault": fault})
    return rows


def card(store: Store, name: str) -> dict[str, Any]:
    """Return what a model says of itself, and its part of the history.

    Raises:
        ModelError: there is no such model, or it is broken.
    """
    folder = store.folder(name)
    model = load(folder)
    manifest = model.manifest
    return {
        "name": name,
        "tag": model.tag,
        "in_use": name == store.in_use(),
        "folder": str(folder),
        "thresholds": manifest.thresholds,
        "unsure": manifest.unsure,
        "training": manifest.training,
        "table": _table(folder),
        "history": [asdict(entry) for entry in store.history() if entry.model == name],
    }


def _table(folder: Path) -> str:
    """Return the measures that its maker took, as a table; nothing where there are none."""
    try:
        metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return ""
    table = metrics.get("table") if isinstance(metrics, dict) else None
    return table if isinstance(table, str) else ""


def card_text(found: Mapping[str, Any]) -> str:
    """Return a card for people."""
    return "\n".join(map(visible, _lines(found)))


def _lines(found: Mapping[str, Any]) -> Iterator[str]:
    yield f"{found['name']} ({found['tag']}){', in use' if found['in_use'] else ''}"
    yield f"in {found['folder']}"
    for label in LABELS:
        flag, unsure = found["thresholds"][label], found["unsure"][label]
        yield f"{label}: flagged from {flag:.3f}, unsure from {unsure:.3f}"
    training = found["training"]
    yield f"trained on {training.get('messages', '?')} messages, data {training.get('data_sha256')}"
    if found["table"]:
        yield "measured by whoever made it:"
        yield from found["table"].split("\n")
    for entry in found["history"]:
        forced = ", by force" if entry["forced"] else ""
        yield f"{entry['at']} {entry['did'].replace('_', ' ')}{forced}"
        for loss in entry["losses"]:
            yield f"  worse: {loss}"
