"""The history of models: a line a deed, only ever added to. It alone says which model is in use.

With one truth in one place there is no pointer that a crash could leave dangling.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from classifier.schema import ModelError
from classifier.store.durable import add_line, whole_lines
from classifier.store.places import DEFAULT, NAME, Places, places

Deed = Literal["kept", "used", "refused", "rolled_back", "removed"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One deed."""

    did: Deed
    model: str
    """Name in the store."""
    tag: str = ""
    """Its `Model.tag`."""
    at: str = ""
    """When, UTC, ISO 8601."""
    before: str = ""
    """What was in use until then, where that matters."""
    forced: bool = False
    """Taken into use though the gate refused it, or could not judge it."""
    losses: tuple[str, ...] = ()
    """What the gate found."""
    feedback: tuple[str, ...] = ()
    """Ids of local messages that the model was trained on."""


def read_history(path: Path) -> list[Entry]:
    """Return the entries of a history, the first one first; broken lines do not count."""
    return list(_entries(whole_lines(path)))


def _entries(lines: Iterable[str]) -> Iterator[Entry]:
    known = {field.name for field in fields(Entry)}
    for line in lines:
        try:
            data = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if _is_entry(data):
            found = ((key, data[key]) for key in known & data.keys())
            values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in found}
            yield Entry(**values)


def _is_entry(data: object) -> bool:
    if not isinstance(data, dict) or data.get("did") not in get_args(Deed):
        return False
    lists = (data.get(key, []) for key in ("losses", "feedback"))
    name = data.get("model")
    return (
        isinstance(name, str)
        and bool(NAME.fullmatch(name))
        and all(isinstance(one, list) for one in lists)
    )


def note(path: Path, entry: Entry) -> None:
    """Add an entry, with the time."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    add_line(path, json.dumps({**asdict(entry), "at": now}, ensure_ascii=False))


def used_in_turn(entries: Iterable[Entry]) -> list[str]:
    """Return the models that rollback leads through, the one in use last; never empty."""
    turn = [DEFAULT]
    for entry in entries:
        if entry.did == "used" and entry.model != turn[-1]:
            turn.append(entry.model)
        elif entry.did == "rolled_back":
            while len(turn) > 1 and turn[-1] != entry.model:
                turn.pop()
    return turn


def folder_in_use(where: Places | None = None) -> Path | None:
    """Return the folder of the model in use; None for the shipped one.

    Raises:
        ModelError: it is gone.
    """
    where = where or places()
    name = used_in_turn(read_history(where.history))[-1]
    if name == DEFAULT:
        return None
    folder = where.models / name
    if not (folder / "model.json").is_file():
        raise ModelError(
            f"{folder}: the model in use is gone; `blastcheck models use {DEFAULT}` goes back to"
            " the shipped one"
        )
    return folder


def folder_of(name: str, where: Places | None = None) -> Path | None:
    """Return the folder of the kept model `name`; None if there is none of that name."""
    folder = (where or places()).models / name
    return folder if NAME.fullmatch(name) and (folder / "model.json").is_file() else None
