"""The columns of a message: what its sentences and passages do, relations, facts, language."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from classifier.features.facts import FACT_NAMES
from classifier.features.relations import RELATION_NAMES, TACTIC_NAMES
from classifier.schema import CODES, LABELS, LANGUAGES, TACTICS, Label

ACT_FLOOR = -4.0
"""Log-odds below which a sentence does not do the act at all."""

ACT_SCALE = 0.5
RELATION_SCALE = 0.5
FACT_SCALE = 0.5
LANGUAGE_SCALE = 0.3
"""Scales that make one L2 penalty fit all families of columns."""

MESSAGE_COLUMNS: tuple[str, ...] = (
    *(f"peak:{name}" for name in TACTIC_NAMES),
    *(f"share:{name}" for name in TACTIC_NAMES),
    *(f"again:{name}" for name in TACTIC_NAMES),
    *(f"total:{name}" for name in TACTIC_NAMES),
    *(f"rule:{name}" for name in ("primary", "two_secondaries", "link")),
    *(f"passage:{label}" for label in LABELS),
    *(f"count:{name}" for name in RELATION_NAMES),
    *(f"lang:{lang}" for lang in LANGUAGES),
    *(f"fact:{name}" for name in FACT_NAMES),
)
"""`peak` and `share`: the sentence most likely to do the act; `again`: the second; `total`: all.
`rule`: how far the guideline's rule holds: any primary, any two secondaries, any link.
`passage`: how much the passage that reads most like it reads like an offence.
"""

RULE_FLOOR = -5.0
"""Log-odds below which a rule does not hold at all."""

PASSAGE_FLOOR = -6.0
"""Log-odds below which a passage does not read like an offence at all."""

CODE_NUMBERS = {
    kind: [TACTIC_NAMES.index(tactic) for code, tactic in CODES.items() if code[0] in kind]
    for kind in ("P", "SI", "L")
}
"""Primaries, secondaries, links -> the numbers of their tactics."""


def _group(column: str) -> str:
    family, name = column.split(":", 1)
    return "start" if family == "lang" else name.removeprefix("cue:")


COLUMN_GROUPS: tuple[str, ...] = tuple(map(_group, MESSAGE_COLUMNS))
"""The tactic, signal, fact or label each column belongs to; `start` for the language."""

_SPOKEN_FOR: Mapping[str, Label | None] = {
    **TACTICS,
    **{label: label for label in LABELS},
    "primary": "cv_blast",
    "two_secondaries": "cv_blast",
    "link": "give_to_get",
}


def speaks_for(column_group: str) -> Label | None:
    """Return the label that columns of a group speak for, None where they may for any."""
    return _SPOKEN_FOR.get(column_group)


def weighs_in(column_group: str, label: Label) -> bool:
    """Tell whether columns of a group may weigh in `label`: not those that speak for the other.

    A favour with no end may well stand beside a lever; it is no reason to call it one.
    """
    return speaks_for(column_group) in (None, label)


def message_columns(
    act_logits: np.ndarray,
    passage_logits: np.ndarray,
    relations: np.ndarray,
    lang: str,
    facts: np.ndarray,
) -> np.ndarray:
    """Return the columns of one message.

    Args:
        act_logits: float64 (n_sentences, n_tactics), log-odds that a sentence does each act.
        passage_logits: float64 (n_sentences, n_labels), log-odds that a passage is an offence.
        relations: float64 (n_sentences, n_relations) of `relations_of`.
        lang: one of LANGUAGES.
        facts: float64 (n_facts,) of `measure_facts`.

    Returns:
        float64 (len(MESSAGE_COLUMNS),).
    """
    peaks = act_logits.max(axis=0)
    rules = (
        peaks[CODE_NUMBERS["P"]].max(),
        np.sort(peaks[CODE_NUMBERS["SI"]])[-2],
        peaks[CODE_NUMBERS["L"]].max(),
    )
    shares = 1 / (1 + np.exp(-act_logits))
    two = np.sort(shares, axis=0)[-2:]
    again = two[0] if len(two) > 1 else np.zeros(len(TACTIC_NAMES))
    return np.concatenate(
        (
            np.maximum(0.0, peaks - ACT_FLOOR) * ACT_SCALE,
            two[-1],
            again,
            np.log1p(3 * shares.sum(axis=0)),
            np.maximum(0.0, np.array(rules) - RULE_FLOOR) * ACT_SCALE,
            np.maximum(0.0, passage_logits.max(axis=0) - PASSAGE_FLOOR) * ACT_SCALE,
            np.log1p(relations.sum(axis=0)) * RELATION_SCALE,
            [LANGUAGE_SCALE * (lang == known) for known in LANGUAGES],
            facts * FACT_SCALE,
        )
    )
