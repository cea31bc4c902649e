"""What a cluster adds to a report: the evidence, the raised verdict, and the kind words for it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from classifier.advice import advise
from classifier.render.words import FALLBACK, ui_words
from classifier.schema import LABELS, LANGUAGES

MANY = 10
"""People from which on a letter in the same words is sent to a crowd, like the model's fact."""
LITTLE_OF_ITS_OWN = 0.3
"""Personal share up to which a message is in nearly the same words as the others."""
TACTIC = "mass_address"

_SURE = 0.99
_LABEL = "cv_blast"


@dataclass(frozen=True)
class Raise:
    """Evidence that only the batch shows."""

    note: str
    """A key of `ui.toml` with {n}."""
    people: int
    first: tuple[int, int] = (0, 0)
    """Where the letter's first line stands in the message."""
    text: str = ""
    """The words there."""


@dataclass(frozen=True)
class Thresholds:
    """From where on a job search is flagged."""

    flag: float
    ui_lang: str | None = None
    off: frozenset[str] = field(default_factory=frozenset)
    """Tactics that the user does not want to hear of."""


def raised(report: Mapping[str, Any], found: Raise, thresholds: Thresholds) -> dict[str, Any]:
    """Return a report with the evidence added and `cv_blast` flagged.

    The probability grows by the logarithm of the people reached, in log-odds, and at least to the
    threshold; the evidence carries just that weight, so that the reasons still add up.
    """
    if TACTIC in thresholds.off or not report["scores"]:
        return dict(report)
    lang = thresholds.ui_lang or _known(report["lang"])
    said = ui_words(_known(report["lang"]))[found.note].format(n=found.people)
    before = report["scores"][_LABEL]
    grown = _probability(_log_odds(before) + math.log(found.people))
    after = max(before, min(_SURE, max(grown, thresholds.flag)))
    weight = _log_odds(after) - _log_odds(before)
    evidence = {
        "tactic": TACTIC, "label": _LABEL, "start": found.first[0], "end": found.first[1],
        "text": found.text, "weight": weight, "cue": "", "note": said,
    }  # fmt: skip
    reason = {"label": _LABEL, "name": said, "weight": weight}
    flags = {*report["flags"], _LABEL}
    return {
        **report,
        "verdict": "flag",
        "flags": [label for label in LABELS if label in flags],
        "unsure": [label for label in report["unsure"] if label != _LABEL],
        "scores": {**report["scores"], _LABEL: after},
        "evidence": sorted([*report["evidence"], evidence], key=lambda e: (e["start"], e["end"])),
        "reasons": [*report["reasons"], reason] if report["reasons"] else [],
        "advice": _advice(report["advice"], lang),
    }


def _advice(given: list[dict[str, Any]], lang: str) -> list[dict[str, Any]]:
    """Put the advice on letters to everyone first."""
    ours = [one for one in given if one["tactic"] == TACTIC]
    ours = ours or [asdict(one) for one in advise([TACTIC], lang)]
    return [*ours, *(one for one in given if one["tactic"] != TACTIC)]


def _known(lang: str) -> str:
    return lang if lang in LANGUAGES else FALLBACK


def _log_odds(probability: float) -> float:
    held = min(max(probability, 1e-9), 1 - 1e-9)
    return math.log(held / (1 - held))


def _probability(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))
