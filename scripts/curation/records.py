"""The files of the corpus: marked messages in, labelled records out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from classifier.schema import LANGUAGES
from curation import ROOT, Record
from curation.kinds import with_kinds
from curation.labelling import labels_of

MESSAGES = ROOT / "data" / "messages"
SPLITS = ("train", "test")

_SPAN = re.compile(r"⟦([a-z_]+)\|([^⟦⟧]*)⟧")


def unmark(marked: str) -> tuple[str, list[dict[str, Any]]]:
    """Return the plain text and its spans.

    >>> unmark("Hi, ⟦easy_out|no is fine⟧!")
    ('Hi, no is fine!', [{'start': 4, 'end': 14, 'tactic': 'easy_out'}])
    """
    text, spans, at = "", [], 0
    for match in _SPAN.finditer(marked):
        text += marked[at : match.start()]
        spans.append({"start": len(text), "end": len(text) + len(match[2]), "tactic": match[1]})
        text += match[2]
        at = match.end()
    return text + marked[at:], spans


def labelled(row: Record) -> Record:
    """Return a marked row as a labelled record."""
    row = dict(row)
    text, spans = unmark(row.pop("marked"))
    cv_blast, give_to_get = labels_of(row["codes"], row.get("exception"))
    head = {"id": row.pop("id"), "lang": row.pop("lang"), "text": text}
    made = {**head, "cv_blast": cv_blast, "give_to_get": give_to_get, "spans": spans, **row}
    return with_kinds(made)


def path_of(split: str, lang: str) -> Path:
    """Return the file of a split and language."""
    return MESSAGES / f"{split}-{lang}.jsonl"


def rows_of(path: Path) -> list[Record]:
    """Return the records of a JSON Lines file; only a line feed ends a line."""
    lines = path.read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines if line.strip()]


def load(split: str) -> list[Record]:
    """Return all records of a split."""
    paths = [path for lang in LANGUAGES if (path := path_of(split, lang)).exists()]
    return [record for path in paths for record in rows_of(path)]


def save(records: Iterable[Record], split: str) -> None:
    """Write all records of a split, each language into its file."""
    records = list(records)
    MESSAGES.mkdir(parents=True, exist_ok=True)
    for lang in LANGUAGES:
        mine = [record for record in records if record["lang"] == lang]
        lines = (json.dumps(record, ensure_ascii=False) + "\n" for record in mine)
        path_of(split, lang).write_text("".join(lines), encoding="utf-8")


def take(paths: Iterable[Path], split: str) -> int:
    """Add marked files to a split, replacing records of the same id; return how many."""
    rows = [labelled(row) for path in paths for row in rows_of(path)]
    save({record["id"]: record for record in [*load(split), *rows]}.values(), split)
    return len(rows)


def fill_kinds() -> int:
    """Give every record the kinds it lacks; return how many records changed."""
    changed = 0
    for split in SPLITS:
        before = load(split)
        after = [with_kinds(record) for record in before]
        changed += sum(a != b for a, b in zip(before, after, strict=True))
        save(after, split)
    return changed
