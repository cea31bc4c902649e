"""The messages that may be asked about: judged once, each with what makes it worth asking."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from classifier.batch.clusters import MassSend
from classifier.batch.entry import Entry
from classifier.batch.findings import Conclusion
from classifier.batch.parallel import judge_all
from classifier.batch.task import Item, Task
from classifier.config import Settings
from classifier.schema import LABELS, Envelope, Label, Message, Report
from classifier.sources import Notice, ReadOptions, Record, read_sources
from classifier.store.feedback import envelope_counts, own_words


@dataclass(frozen=True, slots=True)
class Candidate:
    """A message that may be asked about: the sender's own words, no names of attachments."""

    place: str
    """Where it was found, for people."""
    text: str
    subject: str
    lang: str
    envelope: Mapping[str, Any] | None
    scores: Mapping[Label, float]
    """Probability a label."""
    cluster: int | None
    """Number of the mass send it belongs to; one of these is asked about, the others not."""

    @property
    def message(self) -> Message:
        """Return the message as it is shown, judged and kept."""
        envelope = Envelope(**self.envelope) if self.envelope else None
        return Message(self.text, subject=self.subject, lang=self.lang, envelope=envelope)


@dataclass(frozen=True)
class OwnWords:
    """Keeps of each message what may be labelled."""

    name: str = "own"

    def note(self, record: Record, message: Message, report: Report) -> dict[str, Any]:  # noqa: ARG002 - the protocol's
        """Return the sender's own words, the subject and the counts of the envelope."""
        counts = envelope_counts(message.envelope) if message.envelope else None
        return {"text": own_words(message), "subject": message.subject, "envelope": counts}

    def conclude(self, entries: Iterable[Entry]) -> Conclusion:  # noqa: ARG002 - the protocol's
        """Return what there is to say of the batch: nothing."""
        return Conclusion(lambda entry: entry)


@dataclass(frozen=True)
class Search:
    """Where to look for messages, and how."""

    sources: Sequence[str]
    settings: Settings = field(default_factory=Settings)
    lang: str | None = None
    options: ReadOptions = field(default_factory=ReadOptions)
    jobs: int = 1


def gather(search: Search, complain: Callable[[str], None]) -> list[Candidate]:
    """Judge all messages of the sources; return those that could be judged, none twice.

    Args:
        search: where to look.
        complain: is given a line with its place for each that could not be read.

    Raises:
        ModelError: there is no model to judge with.
    """
    own, sends = OwnWords(), MassSend(search.settings)
    task = Task(search.settings, search.lang, findings=(own, sends))
    entries: list[Entry] = []
    for judged, _ in judge_all(_items(search, complain), task, jobs=search.jobs):
        for entry in judged:
            if entry.outcome == "failed":
                complain(entry.report["not_judged"])
            elif entry.outcome != "not_judged":
                entries.append(entry)
    join = sends.conclude(entries).join if entries else None
    found: dict[tuple[str, str], Candidate] = {}
    for entry in entries:
        one = _candidate(entry, entry.extra[own.name], join(entry).report if join else {})
        found.setdefault((one.text, one.subject), one)
    return list(found.values())


def _items(search: Search, complain: Callable[[str], None]) -> Iterable[Item]:
    for item in read_sources(search.sources, search.options):
        if isinstance(item, Notice):
            complain(f"{item.place}: {item.text}")
        else:
            yield item


def _candidate(entry: Entry, kept: Mapping[str, Any], joined: Mapping[str, Any]) -> Candidate:
    cluster = joined.get("cluster") or {}
    report = entry.report
    return Candidate(
        entry.place,
        kept["text"],
        kept["subject"],
        report["lang"],
        kept["envelope"],
        report["scores"],
        cluster.get("id"),
    )


def score_matrix(pool: Sequence[Candidate]) -> np.ndarray:
    """Return float64 (n, n_labels): the probabilities of the pool."""
    return np.array([[one.scores[label] for label in LABELS] for one in pool], dtype=np.float64)
