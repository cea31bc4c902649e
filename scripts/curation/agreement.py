"""How far the blind second labels agree with the first."""

from __future__ import annotations

from typing import Any

from classifier.schema import LABELS, LANGUAGES
from curation import ROOT
from curation.labelling import labels_of
from curation.records import SPLITS, load, rows_of
from curation.tables import table

SECOND_LABELS = ROOT / "data" / "second_labels.jsonl"


def agreement_table() -> str:
    """Return the agreement for each split and language as a Markdown table.

    Cohen's (1960) kappa per label; `same codes` is the share of coded messages with the same
    codes.
    """
    second = {row["id"]: row for row in rows_of(SECOND_LABELS)}
    rows = {}
    for split in SPLITS:
        records = load(split)
        for lang in LANGUAGES:
            mine = [r for r in records if r["lang"] == lang and r["id"] in second]
            rows[f"{split} | {lang}"] = _cells([(r, second[r["id"]]) for r in mine])
    columns = ["n", *(f"kappa {label}" for label in LABELS), "same codes"]
    return table("split | language", columns, rows).replace("|---|", "|---|---|", 1)


def _cells(pairs: list[tuple[dict[str, Any], dict[str, Any]]]) -> list[str]:
    labels = [(labels_of(a["codes"], a.get("exception")),
               labels_of(b["codes"], b.get("exception"))) for a, b in pairs]  # fmt: skip
    kappas = [kappa([(a[i], b[i]) for a, b in labels]) for i in range(len(LABELS))]
    coded = [(a, b) for a, b in pairs if a["codes"] or b["codes"]]
    same = sum(set(a["codes"]) == set(b["codes"]) for a, b in coded) / len(coded)
    return [str(len(pairs)), *(f"{value:.2f}" for value in kappas), f"{same:.0%}"]


def kappa(pairs: list[tuple[int, int]]) -> float:
    """Return Cohen's kappa of two raters' binary labels.

    >>> kappa([(1, 1), (0, 0), (1, 0), (0, 0)])
    0.5
    """
    n = len(pairs)
    observed = sum(a == b for a, b in pairs) / n
    first, second = (sum(pair[i] for pair in pairs) / n for i in (0, 1))
    expected = first * second + (1 - first) * (1 - second)
    return (observed - expected) / (1 - expected)
