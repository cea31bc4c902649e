"""The counts of both splits."""

from __future__ import annotations

from collections.abc import Sequence

from classifier.schema import LANGUAGES, TACTICS
from curation import Record
from curation.coverage import BANDS, MATRIX_CHANNELS, band_of, channel_of, tactics_of
from curation.diversity import CLASSES, class_of
from curation.records import SPLITS, load
from curation.tables import cross


def counts_table() -> str:
    """Return the counts of both splits as Markdown tables."""
    parts = []
    for split in SPLITS:
        records = load(split)
        parts += [f"**{split}**: {len(records)} messages\n", *_tables(records)]
    return "\n".join(parts)


def _tables(records: Sequence[Record]) -> list[str]:
    groups = {(record["group"], record["lang"]) for record in records}
    summary = [(class_of(r), r["lang"]) for r in records]
    summary += [("groups", lang) for _, lang in groups]
    summary += [("messages", record["lang"]) for record in records]
    tactics = [(tactic, r["lang"]) for r in records for tactic in tactics_of(r)]
    channels = [(channel_of(r), r["lang"]) for r in records]
    lengths = [(band_of(r), r["lang"]) for r in records]
    return [
        cross("", summary, [*CLASSES, "groups", "messages"], LANGUAGES),
        cross("tactic", tactics, TACTICS, LANGUAGES),
        cross("channel", channels, MATRIX_CHANNELS, LANGUAGES),
        cross("words", lengths, BANDS, LANGUAGES),
    ]
