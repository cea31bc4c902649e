"""Measure what each family of features brings: average precision out of fold without it.

usage: python scripts/ablation.py [--folder models/default]     writes ABLATION.md

Every row learns the stages anew without one family, on the training messages alone, with the folds
and settings of `blastcheck train`; nothing is asked of the held-out messages.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from sklearn.metrics import average_precision_score

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from classifier.corpus import Example, load_examples  # noqa: E402
from classifier.evaluation import Estimate, Rows  # noqa: E402
from classifier.evaluation.measures import bootstrap  # noqa: E402
from classifier.features.classes import N_CLASS_COLUMNS  # noqa: E402
from classifier.features.message import (  # noqa: E402
    COLUMN_GROUPS,
    MESSAGE_COLUMNS,
    message_columns,
    weighs_in,
)
from classifier.features.relations import CONTEXT_NAMES, TACTIC_NAMES  # noqa: E402
from classifier.preparation import Prepared, prepare  # noqa: E402
from classifier.schema import LABELS, Label  # noqa: E402
from classifier.training.design import act_matrix  # noqa: E402
from classifier.training.fits import Crew, Fit, logistic  # noqa: E402
from classifier.training.recipe import Recipe  # noqa: E402
from classifier.training.stages import PartStages  # noqa: E402
from curation.tables import table  # noqa: E402

RESAMPLES = 200
EVERYTHING = "everything"
FAMILIES = {
    "act n-grams": "words and their characters, in what a sentence does",
    "classes": "classes of words and their pairs, in what a sentence does",
    "cues": "phrases that show a tactic",
    "signals": "phrases that tell who asks what of whom",
    "acts": "what the sentences do, in the message",
    "passages": "the three sentences that read most like an offence",
    "facts": "numbers about the whole message",
    "message n-grams": "words and their characters, in the message",
}
"""What is left out -> what it is."""

_ACT_FAMILIES = ("peak:", "share:", "again:", "total:", "rule:")

PAGE = """\
# What each family of features brings

Average precision out of fold on {n} training messages with everything, and how it changes when one
family is left out and all is learned anew; 95 % intervals over groups, paired. Families overlap:
what one gives up another often takes over, so a small loss does not mean a useless family. Written
by `python scripts/ablation.py`.

{table}"""


@dataclass(frozen=True, slots=True)
class Stage:
    """How one stage is learned and judged."""

    fit_one: Fit
    folds: Sequence[tuple[np.ndarray, np.ndarray]]
    n_jobs: int

    def held_out(self, x: sp.csr_matrix, y: np.ndarray) -> np.ndarray:
        """Return float64 like `y`: log-odds of each row from models fitted without its fold."""
        return Crew(self.n_jobs).out_of_fold(self.fit_one, x.tocsr(), y, None, self.folds)


class Bench:
    """Training messages, counted once; `scores` learns from them without a family.

    Attributes:
        labels: int (n_messages, n_labels).
        groups: int (n_messages,), numbers of the groups.
    """

    def __init__(self, examples: Sequence[Example], recipe: Recipe) -> None:
        found = [(e, p) for e in examples if isinstance(p := prepare(e.message), Prepared)]
        known, self._prepared = [e for e, _ in found], [p for _, p in found]
        parts = PartStages(known, self._prepared, None, recipe, Crew(recipe.n_jobs))
        self._counts, self._act_y, self.labels = parts.counts, parts.act_y, parts.labels
        self._relations = self._counts.relations
        self.groups = np.unique([e.group for e in known], return_inverse=True)[1]
        act_parts = [
            (self._counts.rows_of(a), self._counts.rows_of(b))
            for a, b in parts.splits.folds(0, recipe.act_folds)
        ]
        self._acts = Stage(logistic(recipe.act_c, recipe.act_tolerance), act_parts, recipe.n_jobs)
        self._message = Stage(
            logistic(recipe.message_c, recipe.tolerance), parts.splits.folds(2, recipe.folds), 1
        )
        self._passage_logits = parts.passages().logits
        self._gram_logits = parts.grams().logits
        self._act_logits = self._learned_acts("")

    def scores(self, without: str) -> np.ndarray:
        """Return float64 (n_messages, n_labels), log-odds from models that did not see them."""
        acts = self._act_logits
        if without in ("act n-grams", "classes", "cues", "signals"):
            acts = self._learned_acts(without)
        first = self._counts.first
        relations = _silenced(self._relations, without)
        rows = [
            message_columns(acts[a:b], self._passage_logits[a:b], relations[a:b], p.lang, p.facts)
            for p, a, b in zip(self._prepared, first, first[1:], strict=False)
        ]
        x = sp.csr_matrix(np.hstack([np.array(rows), self._gram_logits]))
        columns = [
            self._message.held_out(x @ sp.diags(_kept(label, without)), self.labels[:, [number]])
            for number, label in enumerate(LABELS)
        ]
        return np.hstack(columns)

    def _learned_acts(self, without: str) -> np.ndarray:
        self._counts.relations = _silenced(self._relations, without)
        x = act_matrix(self._counts)
        n_grams = x.shape[1] - N_CLASS_COLUMNS - len(CONTEXT_NAMES)
        mask = np.ones(x.shape[1])
        if without == "act n-grams":
            mask[:n_grams] = 0
        if without == "classes":
            mask[n_grams : n_grams + N_CLASS_COLUMNS] = 0
        return self._acts.held_out(x @ sp.diags(mask), self._act_y)


def _silenced(relations: np.ndarray, without: str) -> np.ndarray:
    """Return the relations; cues or signals 0 where they are left out."""
    found = relations.copy()
    if without == "cues":
        found[:, : len(TACTIC_NAMES)] = 0
    if without == "signals":
        found[:, len(TACTIC_NAMES) :] = 0
    return found


def _kept(label: Label, without: str) -> np.ndarray:
    """Return float64 (n_message_columns + n_labels,): 1 for what weighs in `label`, else 0."""
    families = {"acts": _ACT_FAMILIES, "passages": ("passage:",), "facts": ("fact:",)}
    dropped = families.get(without, ())
    message = [
        weighs_in(group, label) and not name.startswith(dropped)
        for name, group in zip(MESSAGE_COLUMNS, COLUMN_GROUPS, strict=True)
    ]
    grams = [known == label and without != "message n-grams" for known in LABELS]
    return np.array([*message, *grams], dtype=np.float64)


def average_precision(bench: Bench, scores: np.ndarray, number: int) -> Estimate:
    """Return the average precision of one label's scores."""
    return _bootstrapped(
        bench, scores[:, number], number,
        lambda rows: float(average_precision_score(rows.truth, rows.scores)),
    )  # fmt: skip


def change(bench: Bench, whole: np.ndarray, less: np.ndarray, number: int) -> Estimate:
    """Return the average precision of `less` minus that of `whole`, resampled together."""

    def difference(rows: Rows) -> float:
        before, after = (average_precision_score(rows.truth, s) for s in rows.scores.T)
        return float(after - before)

    both = np.column_stack([whole[:, number], less[:, number]])
    return _bootstrapped(bench, both, number, difference)


def _bootstrapped(
    bench: Bench, scores: np.ndarray, number: int, measure: Callable[[Rows], float]
) -> Estimate:
    truth = bench.labels[:, number].astype(bool)
    rows = Rows(truth, truth, scores, bench.groups)
    return bootstrap(rows, {"it": measure}, resamples=RESAMPLES)["it"]


def ablation(bench: Bench) -> str:
    """Return the table: everything, then what each family's absence changes."""
    whole = bench.scores("")
    numbers = range(len(LABELS))
    rows = {EVERYTHING: [str(average_precision(bench, whole, number)) for number in numbers]}
    for name, what in FAMILIES.items():
        less = bench.scores(name)
        changes = [change(bench, whole, less, number) for number in numbers]
        rows[f"without {name}: {what}"] = [
            f"{c.value:+.4f} ({c.low:+.4f} to {c.high:+.4f})" for c in changes
        ]
        print(f"without {name}: done", file=sys.stderr)
    return table("", LABELS, rows)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure every family and write the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--folder", type=Path, default=ROOT / "models/default")
    parser.add_argument("--messages", type=Path, default=ROOT / "data/messages")
    options = parser.parse_args(arguments)
    bench = Bench(load_examples(sorted(options.messages.glob("train-*.jsonl"))), Recipe())
    page = PAGE.format(n=len(bench.labels), table=ablation(bench))
    (options.folder / "ABLATION.md").write_text(page, encoding="utf-8")
    print(page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
