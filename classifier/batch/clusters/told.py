"""Clusters as they are told: numbered by size, with template, slots, places and shares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from classifier.batch.clusters.collected import Collected
from classifier.batch.clusters.letters import paragraphs_of
from classifier.batch.clusters.likeness import common, words_of
from classifier.batch.clusters.siblings import FirmSlots
from classifier.batch.clusters.template import Template
from classifier.batch.entry import Entry
from classifier.schema import Slip

MOST_TOLD = 500
"""Clusters that are told, the biggest; the messages of others still know their cluster."""
PLACES = 50
"""Messages of a cluster whose places are told."""

_COPIES = 16
"""Texts that a template is made from."""
_FIRMS = 2_000
"""Different firms of a cluster that are remembered."""


@dataclass
class Cluster:
    """Messages in nearly the same words; one of the biggest, which are told."""

    id: int
    """1 is the biggest."""
    places: list[str] = field(default_factory=list)
    copies: list[tuple[str, str]] = field(default_factory=list)
    """Some of the texts, with the firm that each goes to."""
    langs: Counter[str] = field(default_factory=Counter)
    firms: set[str] = field(default_factory=set)

    def add(self, entry: Entry, note: dict[str, Any]) -> None:
        """Take note of one of the messages."""
        if len(self.places) < PLACES:
            self.places.append(entry.place)
        if len(self.copies) < _COPIES:
            self.copies.append((note["text"], note.get("firm", "")))
            self.langs[entry.report["lang"]] += 1
        if len(self.firms) < _FIRMS and "firm" in note:
            self.firms.add(note["firm"])

    @cached_property
    def template(self) -> Template:
        """The template of `copies`."""
        return Template.of([text for text, _ in self.copies])

    @cached_property
    def firm_slots(self) -> FirmSlots | None:
        """The slots that name firms, if any."""
        return FirmSlots.of(self.template, self.copies, frozenset(self.firms))

    @property
    def lang(self) -> str:
        """The language of most of the messages."""
        return max(self.langs, key=self.langs.__getitem__)


@dataclass
class Members:
    """What is known of each message in a cluster, by the rows of `Collected`."""

    cluster_of: np.ndarray
    """int32 (rows,): id of the cluster; 0 for none."""
    sizes: np.ndarray
    """int64 (clusters,): messages of each, the biggest first; so below."""
    recipients: np.ndarray
    """int64 (clusters,): different people they go to."""
    searches: np.ndarray
    """bool (clusters,): half of the messages, or more, look for a job."""
    shares: np.ndarray
    """float32 (rows,): personal share."""
    told: list[Cluster]
    """The biggest clusters, in order."""
    slips: dict[int, Slip] = field(default_factory=dict)
    """Row -> another firm is named than that of the address."""

    def facts(self) -> list[dict[str, Any]]:
        """Return the clusters as JSON, for `Summary.facts`."""
        count = len(self.sizes) + 1
        sums = np.bincount(self.cluster_of, self.shares, count)
        return [self._facts(cluster, sums[cluster.id]) for cluster in self.told]

    def _facts(self, cluster: Cluster, shares: float) -> dict[str, Any]:
        number = cluster.id - 1
        examples = cluster.template.examples([text for text, _ in cluster.copies])
        return {
            "id": cluster.id,
            "size": int(self.sizes[number]),
            "recipients": int(self.recipients[number]),
            "template": cluster.template.text,
            "slots": [
                {"slot": slot, "examples": values} for slot, values in enumerate(examples, 1)
            ],
            "places": cluster.places,
            "personal_share": round(float(shares) / int(self.sizes[number]), 4),
            "job_search": bool(self.searches[number]),
            "lang": cluster.lang,
        }


def members_of(leaders: np.ndarray, collected: Collected) -> Members:
    """Return the clusters of letters with the same leader, without templates and shares."""
    heads, sizes = np.unique(leaders, return_counts=True)
    heads, sizes = heads[sizes > 1], sizes[sizes > 1]
    order = np.lexsort((heads, -sizes))
    heads, sizes = heads[order], sizes[order]
    number = np.zeros(len(leaders), np.int32)
    number[heads] = np.arange(1, len(heads) + 1)
    cluster_of = number[leaders]
    rows = np.argsort(cluster_of, kind="stable")[np.count_nonzero(cluster_of == 0) :]
    groups = np.split(rows, np.cumsum(sizes)[:-1]) if len(sizes) else []
    seeks = np.frombuffer(collected.seeks, np.uint8)
    return Members(
        cluster_of,
        sizes,
        np.array([collected.reached(group.tolist()) for group in groups], np.int64),
        np.array([2 * seeks[group].sum() >= len(group) for group in groups], bool),
        np.zeros(len(leaders), np.float32),
        [Cluster(number) for number in range(1, min(len(sizes), MOST_TOLD) + 1)],
    )


def tell(members: Members, entries: Iterable[Entry], collected: Collected, name: str) -> None:
    """Fill in templates, shares and slips; reads the entries twice."""
    for _, cluster, entry in _told(members, entries, name):
        cluster.add(entry, entry.extra[name])
    for row, cluster, entry in _told(members, entries, name):
        note = entry.extra[name]
        members.shares[row] = cluster.template.personal_share(note["text"])
        if cluster.firm_slots and (slip := cluster.firm_slots.slip(note, entry.report["lang"])):
            members.slips[row] = slip
    _share_of_others(members, collected)


def _told(
    members: Members, entries: Iterable[Entry], name: str
) -> Iterator[tuple[int, Cluster, Entry]]:
    """Yield row, cluster and entry of each message whose cluster is told."""
    row = -1
    for entry in entries:
        if name in entry.extra:
            row += 1
            if 0 < (number := int(members.cluster_of[row])) <= len(members.told):
                yield row, members.told[number - 1], entry


def _share_of_others(members: Members, collected: Collected) -> None:
    """Compare the messages of small clusters with the first one, for want of a template."""
    first: dict[int, int] = {}
    for row in np.flatnonzero(members.cluster_of > len(members.told)).tolist():
        head = first.setdefault(int(members.cluster_of[row]), row)
        one, other = (words_of(paragraphs_of(collected.letters[r])) for r in (row, head))
        members.shares[row] = 1 - common(one, other)
