"""Messages whose verdict somebody confirmed or corrected: kept here, and nowhere else.

The file is what `blastcheck train` takes. Of a message only the sender's own words are kept: not
what is quoted in it, no addresses, no names of attachments.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from secrets import token_hex
from typing import Any, Literal

from classifier.quoting import own_spans
from classifier.schema import LABELS, ConfigError, Envelope, Label, Message, Report
from classifier.store.durable import whole_lines, write_whole, writing
from classifier.store.places import Places, places

PREFIX = "fb-"
"""How the ids of local messages begin."""

Said = Literal["right", "wrong"]
Record = dict[str, Any]


@dataclass(frozen=True)
class Feedback:
    """The local messages."""

    where: Places = field(default_factory=places)

    def records(self) -> list[Record]:
        """Return all records, the oldest first; a line that is none is passed over."""
        return [record for line in self._lines() if (record := _parsed(line))]

    def remember(self, report: Report, labels: Sequence[Label], said: Said) -> str:
        """Keep a message with its labels and return its id; one known already is relabelled.

        Raises:
            ConfigError: the file cannot be written; nothing was changed.
        """
        record = _record(report, labels, said)
        with writing(self.where):
            kept = []
            for line in self._lines():
                known = _parsed(line)
                if known and all(known.get(key) == record[key] for key in ("text", "subject")):
                    record["id"] = record["group"] = known["id"]
                else:
                    kept.append(line)
            self._write([*kept, json.dumps(record, ensure_ascii=False)])
        return str(record["id"])

    def forget(self, id: str) -> None:
        """Delete a message.

        Raises:
            ConfigError: there is none of that id.
        """
        with writing(self.where):
            lines = self._lines()
            kept = [line for line in lines if (_parsed(line) or {}).get("id") != id]
            if len(kept) == len(lines):
                raise ConfigError(
                    f"{id}: no message of that id in {self.where.feedback};"
                    " `blastcheck feedback --list` shows them"
                )
            self._write(kept)

    def _lines(self) -> list[str]:
        return [line for line in whole_lines(self.where.feedback) if line.strip()]

    def _write(self, lines: Sequence[str]) -> None:
        write_whole(self.where.feedback, "".join(f"{line}\n" for line in lines).encode())


def _parsed(line: str) -> Record | None:
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) and isinstance(record.get("id"), str) else None


def _record(report: Report, labels: Sequence[Label], said: Said) -> Record:
    message, new_id = report.message, f"{PREFIX}{token_hex(6)}"
    return {
        "id": new_id,
        "group": new_id,
        "lang": report.lang,
        "text": own_words(message),
        "subject": message.subject,
        **{label: int(label in labels) for label in LABELS},
        "envelope": message.envelope and envelope_counts(message.envelope),
        "said": said,
        # Together, so that no importer takes the verdict for the label.
        "judged": {
            "verdict": report.verdict,
            "scores": dict(report.scores),
            "model": report.model,
        },
        "day": datetime.now(UTC).date().isoformat(),
    }


def own_words(message: Message) -> str:
    """Return the sender's own stretches, an empty line between them."""
    spans, _ = own_spans(message)
    return "\n\n".join(message.text[start:end] for start, end in spans)


def envelope_counts(envelope: Envelope) -> dict[str, object]:
    """Return what the model needs of an envelope; names of attachments are left out."""
    kept = ("to", "cc", "bcc", "to_self", "cv_attached", "thread")
    return {key: getattr(envelope, key) for key in kept}


def labels_meant(report: Report, said: Said, named: Sequence[str]) -> tuple[Label, ...]:
    """Return the labels that a message should have got, by what its reader said.

    Args:
        report: what blastcheck said.
        said: whether that was right.
        named: labels, or `none`, where the reader named any.

    Raises:
        ConfigError: that leaves it open, or contradicts itself.
    """
    if "none" in named and len(set(named)) > 1:
        raise ConfigError("--label none excludes the other labels")
    meant = tuple(label for label in LABELS if label in named)
    if said == "right":
        if named and meant != report.flags and report.verdict != "unsure":
            raise ConfigError(
                f"--right, but the verdict was {_told(report)}; to correct it say --wrong --label"
            )
        if report.verdict == "unsure" and not named:
            raise ConfigError("the verdict was unsure: say what the message is with --label")
        return meant if named else report.flags
    if named and meant == report.flags and report.verdict != "unsure":
        raise ConfigError(f"--wrong, but {_told(report)} is what blastcheck said; say --right")
    if not named and len(report.flags) != 1:
        raise ConfigError(
            f"the verdict was {_told(report)}: say what the message is with --label"
            f" {', --label '.join((*LABELS, 'none'))}"
        )
    return meant


def _told(report: Report) -> str:
    return ", ".join(report.flags) or report.verdict


def exported(records: Sequence[Record], *, mask: bool) -> list[Record]:
    """Return records as they may be handed on; with `mask` no names, addresses, numbers, links.

    Raises:
        ConfigError: the package that knows names is not installed.
    """
    if not mask:
        return list(records)
    from classifier.store.anonymize import anonymized  # noqa: PLC0415 - needs an extra

    return [_masked(record, anonymized) for record in records]


def _masked(record: Mapping[str, Any], anonymized: Any) -> Record:
    kept = {key: value for key, value in record.items() if key not in ("day", "judged")}
    texts = {
        key: anonymized(record[key], record["lang"]) for key in ("text", "subject") if record[key]
    }
    return {**kept, **texts}
