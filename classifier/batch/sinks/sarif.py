"""SARIF 2.1.0, the format of code scanners (https://docs.oasis-open.org/sarif/sarif/v2.1.0/).

A flagged or unsure label of a message is a result, a failure is a notification of the invocation.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import PurePath
from typing import Any, BinaryIO
from urllib.parse import quote

from classifier.batch.entry import Entry
from classifier.batch.summary import Summary
from classifier.render.json_lines import json_line
from classifier.render.words import FALLBACK, percent, ui_words
from classifier.schema import LABELS

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_HELD = 1_000_000
"""Bytes of notifications kept in memory before they go to a temporary file."""


class SarifSink:
    """Writes one run; its results as they come, its notifications at the end."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._between = ""
        self._failures = tempfile.SpooledTemporaryFile(_HELD)  # noqa: SIM115 - closed in finish
        head = {"$schema": _SCHEMA, "version": "2.1.0"}
        run = {"tool": {"driver": _driver()}, "columnKind": "unicodeCodePoints"}
        self._write(f'{json.dumps(head)[:-1]}, "runs": [{json_line(run)[:-1]}, "results": [')

    def _write(self, text: str) -> None:
        self._file.write(text.encode())

    def write(self, entry: Entry) -> None:
        """Add the results of an entry, or its failure."""
        if entry.outcome == "failed":
            text = entry.report["not_judged"]
            failure = {"level": "error", "message": {"text": text}, "locations": [_location(entry)]}
            self._failures.write(f"{json_line(failure)}\n".encode())
        elif entry.outcome in ("flag", "unsure"):
            for result in _results(entry):
                self._write(f"{self._between}\n{json_line(result)}")
                self._between = ","

    def finish(self, summary: Summary) -> None:
        """Write the notifications and close every bracket."""
        whole = json.dumps(summary.outcomes["failed"] == 0)
        self._write(f'\n], "invocations": [{{"executionSuccessful": {whole}')
        self._write(', "toolExecutionNotifications": [')
        self._failures.seek(0)
        for number, line in enumerate(self._failures):
            self._write(("," if number else "") + "\n" + line.decode().rstrip("\n"))
        self._failures.close()
        self._write("\n]}]}]}\n")


def _driver() -> dict[str, Any]:
    words = ui_words(FALLBACK)
    rules = [
        {"id": label, "name": words[f"label_{label}"],
         "shortDescription": {"text": words[f"flag_{label}"]}}
        for label in LABELS
    ]  # fmt: skip
    with suppress(PackageNotFoundError):  # run from its source
        return {"name": "blastcheck", "semanticVersion": version("blastcheck"), "rules": rules}
    return {"name": "blastcheck", "rules": rules}


def _results(entry: Entry) -> Iterator[dict[str, Any]]:
    report = entry.report
    words = ui_words(FALLBACK)
    for label in (*report["flags"], *report["unsure"]):
        flagged = label in report["flags"]
        score = report["scores"][label]
        sentence = words[f"flag_{label}"] if flagged else words["verdict_unsure"]
        yield {
            "ruleId": label,
            "ruleIndex": LABELS.index(label),
            "level": "warning" if flagged else "note",
            "message": {"text": f"{sentence} ({words[f'label_{label}']}: {percent(words, score)})"},
            "locations": [_location(entry)],
            "partialFingerprints": {"place/v1": f"{entry.key:016x}"},
            "rank": round(100 * score, 1),
            "properties": {
                "lang": report["lang"],
                "evidence": [found for found in report["evidence"] if found["label"] == label],
                "model": report["model"],
            },
        }


def _location(entry: Entry) -> dict[str, Any]:
    report = entry.report
    return {
        "physicalLocation": {"artifactLocation": {"uri": _uri(report["source"])}},
        "logicalLocations": [{"fullyQualifiedName": report["id"] or entry.place}],
    }


def _uri(source: str) -> str:
    """Return a path or address as a URI reference.

    >>> _uri("my drafts/a:b.mbox"), _uri("imaps://me@mail.example/Drafts")
    ('my%20drafts/a%3Ab.mbox', 'imaps://me@mail.example/Drafts')
    """
    if source.startswith(("imap://", "imaps://")):
        return source
    path = PurePath(source)
    raw = path.as_posix().encode("utf-8", "surrogateescape")
    return ("file://" if path.is_absolute() else "") + quote(raw)
