"""Clusters on a page: the letter that was sent many times, with its slots."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from classifier.batch.sinks.page.segments import lines_of
from classifier.render.characters import visible
from classifier.render.paragraphs import shortened
from classifier.render.words import number, percent

SHOWN = 50
"""Clusters on a page, the biggest; the others are counted."""
_SLOT = re.compile(r"\{(\d+)\}")
_TEMPLATE = 4000
"""Code points of a template."""
_EXAMPLE, _EXAMPLES = 40, 4


@dataclass(frozen=True)
class Part:
    """A stretch of a template: words, or a slot."""

    text: str
    """The words; of a slot, what it is called."""
    hint: str = ""
    """Of a slot: what stood there."""


@dataclass(frozen=True)
class Cluster:
    """What is shown of one cluster; texts are ready for people."""

    id: str
    lang: str
    facts: tuple[str, ...]
    parts: tuple[Part, ...]


def clusters_on_page(
    found: Sequence[Mapping[str, Any]], words: Mapping[str, str]
) -> tuple[list[Cluster], int]:
    """Return the biggest clusters, and how many more there are.

    Args:
        found: the biggest first, as the finding `clusters` gives them.
        words: those of the page.
    """
    return [_cluster(one, words) for one in found[:SHOWN]], max(0, len(found) - SHOWN)


def cluster_id(found: Mapping[str, Any]) -> str:
    """Return the name of a cluster, by which the page ties messages to it."""
    return visible(str(found["id"]))


def _cluster(found: Mapping[str, Any], words: Mapping[str, str]) -> Cluster:
    facts = [words["cluster_size"].format(n=number(words, found["size"]))]
    if found["recipients"]:
        facts.append(words["cluster_recipients"].format(n=number(words, found["recipients"])))
    share = percent(words, found["personal_share"])
    facts.append(words["cluster_personal"].format(percent=share))
    if found["job_search"]:
        facts.append(words["cluster_job"])
    examples = {slot["slot"]: slot["examples"] for slot in found["slots"]}
    parts = _parts(found["template"][:_TEMPLATE], examples, words)
    return Cluster(cluster_id(found), found["lang"], tuple(facts), tuple(parts))


def _parts(
    template: str, examples: Mapping[int, Sequence[str]], words: Mapping[str, str]
) -> list[Part]:
    pieces = _SLOT.split(template)
    parts = []
    for place, piece in enumerate(pieces):
        if place % 2 and int(piece) in examples:
            parts.append(_slot(int(piece), examples[int(piece)], words))
        elif piece:
            parts.append(Part(lines_of(f"{{{piece}}}" if place % 2 else piece)))
    return parts


def _slot(slot: int, examples: Sequence[str], words: Mapping[str, str]) -> Part:
    shown = [visible(shortened(example, _EXAMPLE)) for example in examples[:_EXAMPLES]]
    if not shown:
        return Part(str(slot), words["cluster_slot"].format(n=slot))
    told = words["cluster_slot_examples"].format(n=slot, examples=" · ".join(shown))
    return Part(shown[0], told)
